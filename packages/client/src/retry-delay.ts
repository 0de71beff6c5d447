import type { ProblemCode } from '@tocsin/contract';
import { ApiError, ConnectionError } from './errors.ts';

const BASE_DELAY_MS = 250;
const MAX_DELAY_MS = 15_000;
/** 502, 504, and 503 without a problem document come from a proxy whose server is being restarted. */
const BUSY_STATUSES = new Set([429, 502, 503, 504]);

/**
 * The codes by which the server itself says that it stored nothing. A proxy's 503 may come after the proxy had passed
 * the request on.
 */
const NOTHING_TAKEN = new Set<string>(['unavailable', 'overloaded'] satisfies ProblemCode[]);

/** What is known of a failed request: `not_stored` surely had no effect, `unknown` may have had one. */
export type FailureKind = 'not_stored' | 'unknown' | 'final';

/**
 * Whether a failed ingest may be tried again.
 *
 * @returns `not_stored` where the server took nothing (429, its own 503 `unavailable` and `overloaded`, no connection),
 *   `unknown` where it may have (503 `outcome_unknown`, a proxy's 502, 503 and 504, a broken or silent connection),
 *   `final` where trying again is no use
 */
export function classifyFailure(error: unknown): FailureKind {
  if (error instanceof ApiError) {
    if (!BUSY_STATUSES.has(error.status)) return 'final';
    const tookNothing = error.status === 429 || NOTHING_TAKEN.has(error.code);
    return tookNothing ? 'not_stored' : 'unknown';
  }
  if (error instanceof ConnectionError) {
    if (error.code === 'connection_refused') return 'not_stored';
    return error.code === 'connection_reset' || error.code === 'timeout' ? 'unknown' : 'final';
  }
  return 'final';
}

/**
 * The pause before the next try: doubling from a quarter of a second to 15 s, spread over its upper half; a longer
 * `Retry-After` wins.
 *
 * @param failures failed tries so far, from 1
 * @param random between 0 and 1
 */
export function requestRetryDelayMs(error: unknown, failures: number, random: number): number {
  const ceilingMs = Math.min(MAX_DELAY_MS, BASE_DELAY_MS * 2 ** (failures - 1));
  const ownMs = Math.round(ceilingMs * (0.5 + random / 2));
  const askedSeconds = error instanceof ApiError ? (error.retryAfterSeconds ?? 0) : 0;
  return Math.max(ownMs, askedSeconds * 1000);
}
