import { expect, test } from '@jest/globals';
import { actionWords, detailLines } from './entry-words.ts';

test.each([
  ['destination.secret_rotated', 'Destination: secret rotated'],
  ['api_key.created', 'Api key: created'],
  ['started', 'Started'],
])('%s reads %s', (action, words) => expect(actionWords(action)).toBe(words));

test('details stand one a line, texts without quotes', () => {
  expect(detailLines({ displayName: 'Pager', enabled: true, headers: ['x-a'] })).toEqual([
    'displayName: Pager',
    'enabled: true',
    'headers: ["x-a"]',
  ]);
  expect(detailLines({})).toEqual([]);
});
