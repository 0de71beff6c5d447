import { describe, expect, test } from '@jest/globals';
import { MASK } from '@tocsin/contract';
import { strictPolicy } from '../test/sample.ts';
import { findDestinationFaults, refuseInvalidDestination } from './destination-rules.ts';

const faultsOf = (settings: Parameters<typeof findDestinationFaults>[0]) =>
  findDestinationFaults(settings, strictPolicy).map(({ path }) => path);

describe('the rules of a destination', () => {
  test.each<[string, Parameters<typeof findDestinationFaults>[0], string[]]>([
    ['a public URL', { url: 'https://hooks.example.com/x' }, []],
    ['nothing given', {}, []],
    ['a loopback address', { url: 'http://127.0.0.1:8081/' }, ['url']],
    ['the metadata address', { url: 'http://169.254.169.254/latest/' }, ['url']],
    ['userinfo', { url: 'https://user:pass@example.com/' }, ['url']],
    ['another scheme', { url: 'ftp://example.com/' }, ['url']],
    ['a port that browsers block', { url: 'http://example.com:25/' }, ['url']],
    ['a header of our own', { headers: [{ name: 'webhook-id', value: '1' }] }, ['headers[0].name']],
    [
      'faults among several headers',
      {
        headers: [
          { name: 'X-Ok', value: '1' },
          { name: 'Host', value: 'x' },
          { name: 'X-Bad', value: 'a\nb' },
        ],
      },
      ['headers[1].name', 'headers[2].value'],
    ],
    ['the mask for a value', { headers: [{ name: 'X-Key', value: MASK }] }, ['headers[0].value']],
    ['U+0000 in a log type', { logTypes: ['AWS.ALB', 'a\u0000'] }, ['logTypes[1]']],
    ['half of a surrogate pair in a name', { displayName: 'a\ud800' }, ['displayName']],
    ['emoji in a name', { displayName: 'Pager 📟' }, []],
  ])('%s', (_, settings, expected) => {
    expect(faultsOf(settings)).toEqual(expected);
  });

  test('name every fault at once, those found before included, and no more than twenty', () => {
    const settings = { url: 'x', headers: Array.from({ length: 40 }, () => ({ name: '', value: '' })) };
    const known = [{ path: 'headers[0].value', message: 'is required' }];
    expect(() => refuseInvalidDestination(settings, strictPolicy, known)).toThrow(
      expect.objectContaining({ code: 'invalid_request', errors: expect.arrayContaining(known) }),
    );
    try {
      refuseInvalidDestination(settings, strictPolicy, known);
    } catch (error) {
      expect((error as { errors: unknown[] }).errors).toHaveLength(20);
    }
  });
});
