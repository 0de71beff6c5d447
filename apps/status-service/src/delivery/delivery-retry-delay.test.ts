import { describe, expect, test } from '@jest/globals';
import { DEFAULT_RETRY_POLICY } from '@tocsin/contract';
import fc from 'fast-check';
import { deliveryRetryDelayMs } from './delivery-retry-delay.ts';

const MIDDLE = 0.5;
const HOUR_MS = 3_600_000;

describe('the delay before a retry', () => {
  test('grows threefold from 5 s to 6 h', () => {
    const delays = Array.from({ length: 10 }, (_, n) =>
      deliveryRetryDelayMs(DEFAULT_RETRY_POLICY, n + 1, null, MIDDLE),
    );
    expect(delays.map((ms) => ms / 1000)).toEqual([5, 15, 45, 135, 405, 1215, 3645, 10935, 21600, 21600]);
  });

  test('is spread by a fifth to either side', () => {
    expect(deliveryRetryDelayMs(DEFAULT_RETRY_POLICY, 1, null, 0)).toBe(4_000);
    expect(deliveryRetryDelayMs(DEFAULT_RETRY_POLICY, 1, null, 1)).toBe(6_000);
    expect(deliveryRetryDelayMs(DEFAULT_RETRY_POLICY, 10, null, 0)).toBe(4.8 * HOUR_MS);
  });

  test('is lengthened by Retry-After, never shortened', () => {
    expect(deliveryRetryDelayMs(DEFAULT_RETRY_POLICY, 1, 60_000, MIDDLE)).toBe(60_000);
    expect(deliveryRetryDelayMs(DEFAULT_RETRY_POLICY, 3, 1_000, MIDDLE)).toBe(45_000);
    expect(deliveryRetryDelayMs(DEFAULT_RETRY_POLICY, 1, 0, MIDDLE)).toBe(5_000);
  });

  test('is lengthened by Retry-After to 6 h at most', () => {
    expect(deliveryRetryDelayMs(DEFAULT_RETRY_POLICY, 1, 100 * HOUR_MS, MIDDLE)).toBe(6 * HOUR_MS);
  });

  test('takes fractions of a factor and a base', () => {
    const policy = { maxRetries: 10, baseDelayMs: 10.5, factor: 1.5, maxDelayMs: 1_000 };
    expect(deliveryRetryDelayMs(policy, 3, null, MIDDLE)).toBe(24);
  });

  test('stays within its bounds for every policy', () => {
    const policies = fc.record({
      maxRetries: fc.constant(10),
      baseDelayMs: fc.double({ min: 10, max: 1e7, noNaN: true }),
      factor: fc.double({ min: 1, max: 100, noNaN: true }),
      maxDelayMs: fc.double({ min: 10, max: 1e9, noNaN: true }),
    });
    fc.assert(
      fc.property(
        policies,
        fc.integer({ min: 1, max: 10 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (policy, retry, random) => {
          const plain = Math.min(policy.maxDelayMs, policy.baseDelayMs * policy.factor ** (retry - 1));
          const delay = deliveryRetryDelayMs(policy, retry, null, random);
          expect(delay).toBeGreaterThanOrEqual(Math.floor(plain * 0.8));
          expect(delay).toBeLessThanOrEqual(Math.ceil(plain * 1.2));
        },
      ),
    );
  });
});
