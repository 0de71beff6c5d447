import { describe, expect, test } from '@jest/globals';
import { AttemptFailedError, alertDelayMs, CUSTOM_BACKOFF, jobRetryDelayMs } from './job-delays.ts';

describe('the delay before a failed job runs again', () => {
  test('is the one that the failure carries, in whole milliseconds', () => {
    expect(jobRetryDelayMs(new AttemptFailedError('503', 4_999.6), () => 0)).toBe(5_000);
  });

  test.each([0, -5])('is never %d, which would skip the delayed state', (afterMs) => {
    expect(jobRetryDelayMs(new AttemptFailedError('503', afterMs), () => 0)).toBe(1);
  });

  test('is 1 to 5 s for a failure that is not ours', () => {
    const foreign = new Error('Missing lock');
    expect([0, 0.5, 1].map((random) => jobRetryDelayMs(foreign, () => random))).toEqual([
      1_000, 3_000, 5_000,
    ]);
  });

  test('of an alert job doubles from 1 s to 60 s, spread by a fifth', () => {
    const middle = () => 0.5;
    expect([1, 2, 3, 6, 7, 1_000].map((failures) => alertDelayMs(failures, middle))).toEqual([
      1_000, 2_000, 4_000, 32_000, 60_000, 60_000,
    ]);
    expect([0, 1].map((random) => alertDelayMs(1, () => random))).toEqual([800, 1_200]);
  });
});

test('a failed attempt leaves its reason where BullMQ keeps stacks', () => {
  const error = new AttemptFailedError('answered 503', 1);
  expect([error.stack, error.message, error.name]).toEqual([
    'answered 503',
    'answered 503',
    'AttemptFailedError',
  ]);
});

test('the backoff of our jobs is the one that BullMQ leaves to us', () => {
  expect(CUSTOM_BACKOFF).toEqual({ type: 'custom' });
});
