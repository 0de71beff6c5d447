import { expect, test } from '@jest/globals';
import { splitConcurrency } from './consumers.ts';

test.each([
  [10, 4, [3, 3, 2, 2]],
  [8, 8, [1, 1, 1, 1, 1, 1, 1, 1]],
  [2, 4, [1, 1, 1, 1]],
  [50, 1, [50]],
])('%d jobs over %d queues', (total, queues, shares) => {
  expect(splitConcurrency(total, queues)).toEqual(shares);
});
