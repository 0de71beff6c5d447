import { expect, test } from '@jest/globals';
import { deliveryPriority } from './job-priority.ts';

test('severity outranks retries, and retries come after first attempts', () => {
  const order = [0, 1, 2, 3, 4].flatMap((rank) => [
    deliveryPriority(rank, false),
    deliveryPriority(rank, true),
  ]);
  expect(order).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});
