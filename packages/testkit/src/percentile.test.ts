import { expect, test } from '@jest/globals';
import { percentile } from './percentile.ts';

const HUNDRED = Array.from({ length: 100 }, (_, n) => 100 - n);

test.each([
  [0.5, 50],
  [0.99, 99],
  [1, 100],
  [0, 1],
])('%d of a hundred values is the nearest rank', (share, value) => {
  expect(percentile(HUNDRED, share)).toBe(value);
});

test('of one value is that value; of none, no number', () => {
  expect(percentile([7], 0.99)).toBe(7);
  expect(percentile([], 0.99)).toBeNaN();
});
