/** The lowest rate limit: one attempt in a thousand seconds. A delivery may wait for days, and turns are spaced in advance. */
export const RATE_LIMIT_MIN = 0.001;

/** The limit of a destination that nothing is known of: six rounds of good answers below the default of `maxInFlight`. */
export const FIRST_LIMIT = 4;

/**
 * How many deliveries may be queued or under way at a rate limit: as many as begin in the time of one attempt, and one that
 * waits for its turn. Infinity without one.
 */
export function limitOfRate(ratePerSecond: number | null, timeoutMs: number): number {
  return ratePerSecond === null
    ? Number.POSITIVE_INFINITY
    : Math.ceil((ratePerSecond * timeoutMs) / 1_000) + 1;
}

/** How many deliveries a destination may have queued or under way now, by its limit and its settings; at least 1. */
export function effectiveLimit(of: {
  limit: number;
  maxInFlight: number;
  rateLimitPerSecond: number | null;
  timeoutMs: number;
}): number {
  const { limit, maxInFlight, rateLimitPerSecond, timeoutMs } = of;
  return Math.min(Math.max(1, Math.floor(limit)), maxInFlight, limitOfRate(rateLimitPerSecond, timeoutMs));
}
