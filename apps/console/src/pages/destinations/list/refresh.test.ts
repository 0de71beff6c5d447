import { expect, test } from '@jest/globals';
import { refreshMs } from './refresh.ts';

const page = (count: number) => ({ items: new Array(count).fill(null) });

test('a short list is live; a long one, of many pages, is asked for far less often', () => {
  const short = refreshMs([page(200)]);
  const middle = refreshMs([page(1_000)]);
  const long = refreshMs([page(1_000), page(1)]);
  expect(short).toBeLessThanOrEqual(2_000);
  expect(middle).toBeGreaterThan(short);
  expect(long).toBeGreaterThanOrEqual(10_000);
});
