import { expect, test } from '@jest/globals';
import { LIMITS } from '@tocsin/contract';
import { CHUNK_ROWS, chunksInView } from './chunks-in-view.ts';

const rows = Array.from({ length: 10_000 }, (_, n) => n);
const startsOf = (first: number, last: number, of = rows) =>
  chunksInView(of, first, last).map((chunk) => [chunk[0], chunk.length]);

test('what is in view of a list is asked for in stretches that stay while somebody scrolls', () => {
  expect(startsOf(0, 20)).toEqual([[0, 50]]);
  expect(startsOf(29, 49)).toEqual([[0, 50]]);
  expect(startsOf(30, 50)).toEqual([
    [0, 50],
    [50, 50],
  ]);
  expect(startsOf(9_980, 9_999)).toEqual([[9_950, 50]]);
});

test('a list may end before a stretch does, or before what was in view', () => {
  expect(startsOf(0, 2, rows.slice(0, 3))).toEqual([[0, 3]]);
  expect(startsOf(100, 120, rows.slice(0, 3))).toEqual([]);
  expect(startsOf(0, -1, [])).toEqual([]);
});

test('a stretch is no more than a request may name', () => {
  expect(CHUNK_ROWS).toBeLessThanOrEqual(LIMITS.statsDestinationsNamedMax);
});
