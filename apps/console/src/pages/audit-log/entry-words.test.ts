import { expect, test } from '@jest/globals';
import { actionWords, detailText } from './entry-words.ts';

test.each([
  ['destination.secret_rotated', 'Destination: secret rotated'],
  ['api_key.created', 'Api key: created'],
  ['started', 'Started'],
])('%s reads %s', (action, words) => expect(actionWords(action)).toBe(words));

test('details stand one a line, texts without quotes', () => {
  expect(detailText({ displayName: 'Pager', enabled: true, headers: ['x-a'] })).toBe(
    'displayName: Pager\nenabled: true\nheaders: ["x-a"]',
  );
  expect(detailText({})).toBe('');
});
