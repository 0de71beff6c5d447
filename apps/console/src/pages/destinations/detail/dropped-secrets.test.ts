import { expect, test } from '@jest/globals';
import { droppedSecretsLabel } from './dropped-secrets.ts';

const MASK = '********';

const headers = [
  { name: 'X-Api-Key', value: MASK },
  { name: 'X-Team', value: MASK },
];

test.each<[after: Parameters<typeof droppedSecretsLabel>[1], words: string]>([
  [{ headers, signingSecret: MASK }, ''],
  [{ headers: [{ name: 'x-team', value: MASK }], signingSecret: MASK }, 'Dropped: the header X-Api-Key.'],
  [
    { headers: [], signingSecret: null },
    'Dropped: the header X-Api-Key, the header X-Team, the signing secret.',
  ],
])('what is left is %j: %s', (after, words) => {
  expect(droppedSecretsLabel({ headers, signingSecret: MASK }, after)).toBe(words);
});
