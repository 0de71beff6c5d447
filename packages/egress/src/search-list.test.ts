import { describe, expect, test } from '@jest/globals';
import { candidateNames, NO_SEARCH, parseSearchList } from './search-list.ts';

describe('a resolv.conf', () => {
  test('names the domains to search and the dots that make a name full', () => {
    const text =
      'nameserver 10.96.0.10\nsearch ns.svc.cluster.local svc.cluster.local\noptions edns0 ndots:5 # as in a pod\n';
    expect(parseSearchList(text)).toEqual({
      domains: ['ns.svc.cluster.local', 'svc.cluster.local'],
      dotsMin: 5,
    });
  });

  test('counts by its last domain or search', () => {
    expect(parseSearchList('search a b\ndomain c\n').domains).toEqual(['c']);
    expect(parseSearchList('; search a\nsearch .\n')).toEqual(NO_SEARCH);
  });
});

describe('the full names for a name', () => {
  const pod = { domains: ['ns.svc', 'svc'], dotsMin: 2 };

  test('are those of the search list first, if it has few dots', () => {
    expect(candidateNames('receiver.dev', pod)).toEqual([
      'receiver.dev.ns.svc',
      'receiver.dev.svc',
      'receiver.dev',
    ]);
  });

  test('begin with the name itself, if it has enough', () => {
    expect(candidateNames('hooks.example.com', pod)[0]).toBe('hooks.example.com');
  });

  test('are the name alone, if it ends with a dot or there is nothing to search', () => {
    expect(candidateNames('receiver.', pod)).toEqual(['receiver.']);
    expect(candidateNames('receiver', NO_SEARCH)).toEqual(['receiver']);
  });
});
