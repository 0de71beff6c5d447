import { expect, test } from '@jest/globals';
import { droppedWords } from './dropped-words.ts';

const MASK = '********';

const headers = [
  { name: 'X-Api-Key', value: MASK },
  { name: 'X-Team', value: MASK },
];

test.each<[after: Parameters<typeof droppedWords>[1], words: string]>([
  [{ headers, signingSecret: MASK }, ''],
  [{ headers: [{ name: 'x-team', value: MASK }], signingSecret: MASK }, 'Dropped: the header X-Api-Key.'],
  [
    { headers: [], signingSecret: null },
    'Dropped: the header X-Api-Key, the header X-Team, the signing secret.',
  ],
])('what is left is %j: %s', (after, words) => {
  expect(droppedWords({ headers, signingSecret: MASK }, after)).toBe(words);
});
