import { describe, expect, test } from '@jest/globals';
import { ProblemError } from '@tocsin/contract';
import fc from 'fast-check';
import { DAY, HOUR, MINUTE } from './granularities.ts';
import { floorTo, piecesOf, planRange, SPARKLINE_STEPS_MAX, stepsOf } from './stats-range.ts';

const NOW = Date.parse('2026-07-01T12:34:56.789Z');
const ago = (seconds: number) => new Date(NOW - seconds * 1_000).toISOString();
const last = (seconds: number) => planRange({ since: ago(seconds) }, NOW);

describe('buckets', () => {
  test.each([
    [60, MINUTE],
    [2 * HOUR, MINUTE],
    [2 * HOUR + 1, 5 * MINUTE],
    [12 * HOUR, 5 * MINUTE],
    [12 * HOUR + 1, 15 * MINUTE],
    [2 * DAY - 1, 15 * MINUTE],
    [2 * DAY, HOUR],
    [8 * DAY - 1, HOUR],
    [8 * DAY, 6 * HOUR],
    [366 * DAY, 6 * HOUR],
  ])('of the last %d s are %d s wide', (seconds, width) => {
    expect(last(seconds).bucketSeconds).toBe(width);
  });

  test('are those of the last 24 hours by default', () => {
    const range = planRange({}, NOW);
    expect(range).toEqual(last(DAY));
    expect(new Date(range.since * 1_000).toISOString()).toBe('2026-06-30T12:30:00.000Z');
    expect(new Date(range.until * 1_000).toISOString()).toBe('2026-07-01T12:45:00.000Z');
  });

  test('are those of the 24 hours before `until`, where that alone is given', () => {
    const { since, until } = planRange({ until: '2026-07-01T00:00:00+02:00' }, NOW);
    expect([since, until].map((at) => new Date(at * 1_000).toISOString())).toEqual([
      '2026-06-29T22:00:00.000Z',
      '2026-06-30T22:00:00.000Z',
    ]);
  });

  test('are an hour at least where the minutes are no longer kept', () => {
    const old = planRange({ since: ago(4 * DAY), until: ago(4 * DAY - HOUR) }, NOW);
    expect(old).toMatchObject({ bucketSeconds: HOUR, rowSeconds: HOUR, stepRowSeconds: HOUR });
    expect(planRange({ since: ago(3 * DAY), until: ago(3 * DAY - HOUR) }, NOW).bucketSeconds).toBe(MINUTE);
  });
});

/** @returns the fields at fault; none where the range is accepted */
function faultsOf(query: { since?: string; until?: string }): string[] {
  try {
    planRange(query, NOW);
    return [];
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    expect(error.code).toBe('invalid_request');
    return (error.errors ?? []).map(({ path }) => path);
  }
}

test.each([
  ['ends before it begins', { since: ago(1), until: ago(2) }, 'until'],
  ['is empty', { since: ago(1), until: ago(1) }, 'until'],
  ['begins in the future and is given no end', { since: ago(-1) }, 'since'],
  ['is longer than 366 days', { since: ago(366 * DAY + 1) }, 'since'],
])('a range that %s is refused', (_, query, field) => {
  expect(faultsOf(query)).toEqual([field]);
});

test.each([
  ['is 366 days long', { since: ago(366 * DAY) }],
  ['lies in the future', { since: ago(-1), until: ago(-2) }],
  [
    'ends when no later time can be written',
    { since: '9999-12-31T12:00:00Z', until: '9999-12-31T23:59:59-12:00' },
  ],
])('a range that %s is accepted', (_, query) => {
  expect(faultsOf(query)).toEqual([]);
});

/** Ranges of every length at any place around now, as they can be asked for. */
const asked = fc
  .tuple(
    fc.integer({ min: -2 * DAY, max: 400 * DAY }),
    fc.double({ min: 0, max: Math.log(366 * DAY), noNaN: true }),
  )
  .map(([endsAgo, exponent]) => ({
    since: ago(endsAgo + Math.max(1, Math.floor(Math.exp(exponent)))),
    until: ago(endsAgo),
  }));

test('a range holds what was asked for, in whole buckets, and less than a bucket more at either end', () => {
  fc.assert(
    fc.property(asked, (query) => {
      const { since, until, bucketSeconds, rowSeconds } = planRange(query, NOW);
      const [from, to] = [Date.parse(query.since) / 1_000, Date.parse(query.until) / 1_000];
      expect(since).toBeLessThanOrEqual(from);
      expect(until).toBeGreaterThanOrEqual(to);
      expect(from - since).toBeLessThan(bucketSeconds);
      expect(until - to).toBeLessThan(bucketSeconds);
      expect([since % bucketSeconds, until % bucketSeconds, bucketSeconds % rowSeconds]).toEqual([0, 0, 0]);
      expect((until - since) / bucketSeconds).toBeLessThanOrEqual(1 + 366 * 4);
    }),
  );
});

test('a sparkline has at most 24 steps, and never a row that belongs to two of them', () => {
  fc.assert(
    fc.property(asked, (query) => {
      const { since, until, stepSeconds, stepRowSeconds } = planRange(query, NOW);
      expect(stepsOf(since, until, stepSeconds)).toBeLessThanOrEqual(SPARKLINE_STEPS_MAX);
      for (const { granularity, from } of piecesOf(since, until, stepRowSeconds)) {
        expect(stepSeconds % granularity).toBe(0);
        expect(from % granularity).toBe(0);
      }
    }),
  );
});

test('the pieces of a range are the whole range, each in rows of its own width and none too fine', () => {
  fc.assert(
    fc.property(asked, (query) => {
      const { since, until, rowSeconds } = planRange(query, NOW);
      const pieces = piecesOf(since, until, DAY);
      expect(pieces[0]?.from).toBe(since);
      expect(pieces.at(-1)?.to).toBe(until);
      pieces.forEach(({ granularity, from, to }, index) => {
        expect(granularity).toBeGreaterThanOrEqual(rowSeconds);
        expect(to).toBeGreaterThan(from);
        expect([from % granularity, to % granularity]).toEqual([0, 0]);
        expect(pieces[index + 1]?.from ?? until).toBe(to);
      });
      const rows = pieces.reduce((sum, { granularity, from, to }) => sum + (to - from) / granularity, 0);
      expect(rows).toBeLessThanOrEqual(366 + 2 * 23 + 2 * 59);
    }),
  );
});

test('times are rounded down also before 1970', () => {
  expect(floorTo(-1, 60)).toBe(-60);
});
