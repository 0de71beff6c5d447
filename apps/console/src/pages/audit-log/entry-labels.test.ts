import { expect, test } from '@jest/globals';
import { actionLabel, detailLines } from './entry-labels.ts';

test.each([
  ['destination.secret_rotated', 'Destination: secret rotated'],
  ['api_key.created', 'Api key: created'],
  ['started', 'Started'],
])('%s reads %s', (action, words) => expect(actionLabel(action)).toBe(words));

test('details stand one a line, texts without quotes', () => {
  expect(detailLines({ displayName: 'Pager', enabled: true, headers: ['x-a'] })).toEqual([
    'displayName: Pager',
    'enabled: true',
    'headers: ["x-a"]',
  ]);
  expect(detailLines({})).toEqual([]);
});

test.each([
  [
    { url: { from: 'https://a.example', to: 'https://a.example', changed: ['path'] } },
    'url: https://a.example, with another path',
  ],
  [
    { url: { from: 'https://a.example', to: 'https://b.example', changed: ['path', 'query'] } },
    'url: from https://a.example to https://b.example, with another path and another query',
  ],
  [{ enabled: { from: true, to: false } }, 'enabled: from true to false'],
  [{ headers: { from: ['X-A'], to: ['X-A'] } }, 'headers: ["X-A"], set again'],
])('a change %j reads %s', (detail, line) => expect(detailLines(detail)).toEqual([line]));
