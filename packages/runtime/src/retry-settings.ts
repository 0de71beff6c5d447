import type { RetryPolicy } from '@tocsin/contract';

/** The settings `TOCSIN_RETRY_*`, as `setting` reads them. */
export interface RetrySettings {
  TOCSIN_RETRY_MAX: number;
  TOCSIN_RETRY_BASE_MS: number;
  TOCSIN_RETRY_FACTOR: number;
  TOCSIN_RETRY_CEILING_MS: number;
}

/** The retry policy of destinations that set none of their own. */
export function retryPolicyOf(config: RetrySettings): RetryPolicy {
  return {
    maxRetries: config.TOCSIN_RETRY_MAX,
    baseDelayMs: config.TOCSIN_RETRY_BASE_MS,
    factor: config.TOCSIN_RETRY_FACTOR,
    maxDelayMs: config.TOCSIN_RETRY_CEILING_MS,
  };
}
