import { expect, test } from '@jest/globals';
import { createRandomNumbers } from './random-numbers.ts';

test('numbers at random are those of Mulberry32 for a seed', () => {
  const random = createRandomNumbers(1);
  expect([random(), random(), random()]).toEqual([
    0.6270739405881613, 0.002735721180215478, 0.5274470399599522,
  ]);
});
