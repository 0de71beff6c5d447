import { expect, test } from '@jest/globals';
import { judgeHealth } from './judge-health.ts';

test.each([
  [0, 1, 'failing'],
  [0, 20, 'failing'],
  [9, 20, 'failing'],
  [10, 20, 'degraded'],
  [18, 20, 'degraded'],
  [19, 20, 'healthy'],
  [949, 1_000, 'degraded'],
  [950, 1_000, 'healthy'],
  [1, 1, 'healthy'],
])('a destination where %d of %d attempts succeeded is %s', (succeeded, attempts, state) => {
  expect(judgeHealth(succeeded / attempts)).toBe(state);
});
