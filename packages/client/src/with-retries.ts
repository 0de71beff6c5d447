import { setTimeout as delay } from 'node:timers/promises';
import { classifyFailure, requestRetryDelayMs } from './retry-delay.ts';

export interface RetryNotice {
  error: Error;
  /** The pause that now begins. */
  afterMs: number;
  /** Failed tries so far. */
  failures: number;
}

export interface RetryOptions {
  /** How long to keep trying, from the first failure. A pause that would end later is not begun. */
  retryForMs: number;
  /** Whether a request that may have been stored is sent again: safe only where every alert carries an `alertId`. */
  repeatUnknown: boolean;
  /** Asked at each refused connection; default: try again. */
  retryRefused?: () => boolean;
  onWait?: (notice: RetryNotice) => void;
  signal?: AbortSignal;
  /** For tests. */
  now?: () => number;
  random?: () => number;
  sleep?: (ms: number, signal: AbortSignal | undefined) => Promise<unknown>;
}

function defaultSleep(ms: number, signal: AbortSignal | undefined): Promise<unknown> {
  return delay(ms, undefined, signal === undefined ? {} : { signal });
}

function mayRetry(error: unknown, options: RetryOptions): error is Error {
  const kind = classifyFailure(error);
  if (kind === 'final') return false;
  if (kind === 'unknown') return options.repeatUnknown;
  const refused = (error as { code?: string }).code === 'connection_refused';
  return !refused || (options.retryRefused?.() ?? true);
}

/**
 * Runs a request until it succeeds, fails in a way that no retry mends, or has failed for `retryForMs`; then its last error is thrown.
 * `Retry-After` is honoured.
 */
export async function withRetries<T>(run: () => Promise<T>, options: RetryOptions): Promise<T> {
  const now = options.now ?? Date.now;
  const random = options.random ?? Math.random;
  const sleep = options.sleep ?? defaultSleep;
  let firstFailureAt: number | null = null;
  for (let failures = 1; ; failures += 1) {
    try {
      return await run();
    } catch (error) {
      if (!mayRetry(error, options)) throw error;
      firstFailureAt ??= now();
      const afterMs = requestRetryDelayMs(error, failures, random());
      if (now() + afterMs > firstFailureAt + options.retryForMs) throw error;
      options.onWait?.({ error, afterMs, failures });
      await sleep(afterMs, options.signal);
    }
  }
}
