import { expect, test } from '@jest/globals';
import { droppedWords } from './dropped-words.ts';

const headers = [
  { name: 'X-Api-Key', value: '********' },
  { name: 'X-Team', value: '********' },
];

test.each([
  [{ headers, signingSecret: '********' }, ''],
  [
    { headers: [{ name: 'x-team', value: '********' }], signingSecret: '********' },
    'Dropped: the header X-Api-Key.',
  ],
  [
    { headers: [], signingSecret: null },
    'Dropped: the header X-Api-Key, the header X-Team, the signing secret.',
  ],
])('what is left is %j: %s', (after, words) => {
  expect(droppedWords({ headers, signingSecret: '********' }, after)).toBe(words);
});
