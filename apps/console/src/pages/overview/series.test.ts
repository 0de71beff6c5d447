import { describe, expect, test } from '@jest/globals';
import { rangeOf, sinceOf } from './ranges.ts';
import { toColumns } from './series.ts';

test('buckets become columns that keep what is not known apart from zero', () => {
  const bucket = {
    at: '2026-07-01T12:05:00Z',
    accepted: 3,
    succeeded: 7,
    failed: 0,
    failedAttempts: 4,
    delayP50Ms: 12,
    delayP95Ms: null,
    open: null,
    oldestOpenSeconds: 60,
  };
  expect(toColumns([bucket, { ...bucket, at: '2026-07-01T12:06:00Z', oldestOpenSeconds: null }])).toEqual({
    times: [1_782_907_500, 1_782_907_560],
    accepted: [3, 3],
    succeeded: [7, 7],
    failed: [0, 0],
    delayP50Ms: [12, 12],
    delayP95Ms: [null, null],
    open: [null, null],
    oldestOpenMs: [60_000, null],
  });
});

describe('a range', () => {
  test('begins so many hours ago, to the second', () => {
    expect(sinceOf(rangeOf('1h'), Date.parse('2026-07-01T12:00:00.900Z'))).toBe('2026-07-01T11:00:00.000Z');
  });

  test('of an unknown name is the last 24 hours', () => {
    expect(rangeOf('fortnight').hours).toBe(24);
    expect(rangeOf(null).hours).toBe(24);
  });
});
