import { ProblemError } from '@tocsin/contract';
import { RateLimiterMemory, type RateLimiterRes } from 'rate-limiter-flexible';

/**
 * Counts requests per key in this process.
 *
 * @param requestsPerSecond what a key may make in a second
 * @returns a check that throws ProblemError `rate_limited` with the time to wait
 */
export function createRateLimit(requestsPerSecond: number): (keyId: string) => Promise<void> {
  const limiter = new RateLimiterMemory({ points: requestsPerSecond, duration: 1 });
  return async (keyId) => {
    try {
      await limiter.consume(keyId);
    } catch (refusal) {
      throw new ProblemError('rate_limited', {
        retryAfterSeconds: Math.ceil((refusal as RateLimiterRes).msBeforeNext / 1000),
      });
    }
  };
}
