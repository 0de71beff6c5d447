import { ProblemError } from '@tocsin/contract';
import { RateLimiterMemory, type RateLimiterRes } from 'rate-limiter-flexible';

export interface RateLimitOptions {
  /** What one name may do within the time. */
  max: number;
  seconds: number;
  /** For the caller who is refused; what the problem always says by default. */
  detail?: string;
}

/**
 * Counts by name, such as a key's id, in this process.
 *
 * @returns a check that throws ProblemError `rate_limited` with the time to wait
 */
export function createRateLimit({
  max,
  seconds,
  ...problem
}: RateLimitOptions): (name: string) => Promise<void> {
  const limiter = new RateLimiterMemory({ points: max, duration: seconds });
  return async (name) => {
    try {
      await limiter.consume(name);
    } catch (refusal) {
      throw new ProblemError('rate_limited', {
        ...problem,
        retryAfterSeconds: Math.ceil((refusal as RateLimiterRes).msBeforeNext / 1000),
      });
    }
  };
}
