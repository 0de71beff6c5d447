import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { addHistogram, binOf, DELAY_BINS, emptyHistogram, percentileOf } from './delay-histogram.ts';

const DAY_MS = 24 * 60 * 60 * 1_000;

/** Spread over every order of magnitude up to six days. */
const delay = fc
  .double({ min: 0, max: Math.log(6 * DAY_MS), noNaN: true })
  .map((exponent) => Math.exp(exponent) - 1);
const delays = fc.array(delay, { minLength: 1, maxLength: 200 });
const share = fc.double({ min: 0.001, max: 1, noNaN: true });

function histogramOf(values: number[]) {
  const histogram = emptyHistogram();
  for (const value of values) histogram[binOf(value)]! += 1;
  return histogram;
}

function nearestRank(values: number[], at: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(1, Math.ceil(at * sorted.length)) - 1] as number;
}

describe('a percentile', () => {
  test('is at most √2 times off, and at most 4 ms where the delay is below 4 ms', () => {
    fc.assert(
      fc.property(delays, share, (values, at) => {
        const estimate = percentileOf(histogramOf(values), at) as number;
        const truth = nearestRank(values, at);
        if (truth < 4) return Math.abs(estimate - truth) <= 4;
        return estimate <= truth * Math.SQRT2 * (1 + 1e-9) && estimate * Math.SQRT2 * (1 + 1e-9) >= truth;
      }),
    );
  });

  test('grows with its share', () => {
    fc.assert(
      fc.property(delays, share, share, (values, a, b) => {
        const histogram = histogramOf(values);
        const [low, high] = a < b ? [a, b] : [b, a];
        return (percentileOf(histogram, low) as number) <= (percentileOf(histogram, high) as number);
      }),
    );
  });

  test('of nothing is null', () => {
    expect(percentileOf(emptyHistogram(), 0.5)).toBeNull();
  });

  test('lies in the middle of its bin where one delay was counted', () => {
    expect(percentileOf(histogramOf([100]), 0.5)).toBeCloseTo((90.51 + 128) / 2, 1);
  });
});

describe('a bin', () => {
  test('is never below that of a shorter delay, nor beyond the last', () => {
    fc.assert(fc.property(delay, delay, (a, b) => binOf(Math.min(a, b)) <= binOf(Math.max(a, b))));
    expect(binOf(1_000 * DAY_MS)).toBe(DELAY_BINS - 1);
    expect(binOf(Number.POSITIVE_INFINITY)).toBe(DELAY_BINS - 1);
  });

  test.each([
    [-5, 0],
    [Number.NaN, 0],
    [3.999, 0],
    [4, 1],
    [5.65, 1],
    [8, 3],
    [1_024, 17],
    [4 * 2 ** 27, DELAY_BINS - 1],
  ])('of %d ms is %d', (delayMs, bin) => {
    expect(binOf(delayMs)).toBe(bin);
  });
});

test('adding histograms is counting all their delays together', () => {
  fc.assert(
    fc.property(delays, delays, (a, b) => {
      const sum = histogramOf(a);
      addHistogram(sum, histogramOf(b));
      expect(sum).toEqual(histogramOf([...a, ...b]));
    }),
  );
});
