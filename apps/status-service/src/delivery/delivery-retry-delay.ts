import { DEFAULT_RETRY_POLICY, type RetryPolicy } from '@tocsin/contract';

/** The jitter of a delay, to either side of it, as a share, so that deliveries that failed together do not come back together. */
const JITTER = 0.2;

/** `Retry-After` lengthens a delay to at most this. */
const RETRY_AFTER_MAX_MS = DEFAULT_RETRY_POLICY.maxDelayMs;

/**
 * The delay before a retry, in milliseconds: `min(maxDelayMs, baseDelayMs · factor^(retry-1))`, with a jitter of ±20 %, and
 * lengthened, never shortened, by what the receiver asked for (RFC 9110, 10.2.3).
 *
 * @param retry which retry it is, from 1
 * @param retryAfterMs the receiver's `Retry-After`, or null
 * @param random a number from 0 up to 1
 */
export function deliveryRetryDelayMs(
  policy: RetryPolicy,
  retry: number,
  retryAfterMs: number | null,
  random: number,
): number {
  const exponential = Math.min(policy.maxDelayMs, policy.baseDelayMs * policy.factor ** (retry - 1));
  const withJitter = exponential * (1 + JITTER * (2 * random - 1));
  return Math.round(Math.max(withJitter, Math.min(retryAfterMs ?? 0, RETRY_AFTER_MAX_MS)));
}
