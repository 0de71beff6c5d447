import { failureReason } from './failure-reason.ts';

/** A failed attempt that will be retried. BullMQ keeps its message as the job's `failedReason`. */
export class AttemptFailedError extends Error {
  readonly afterMs: number;

  constructor(reason: string, afterMs: number) {
    super(failureReason(reason));
    this.name = 'AttemptFailedError';
    this.afterMs = afterMs;
    // BullMQ keeps the stack of every failed attempt on the job. Frames would say nothing; so it is a list of reasons.
    this.stack = this.message;
  }
}

/** The `backoff` of all our jobs, by which BullMQ asks {@link jobRetryDelayMs}. */
export const CUSTOM_BACKOFF = { type: 'custom' };

const FOREIGN_DELAY_MS = { min: 1_000, max: 5_000 };

/**
 * BullMQ's `backoffStrategy`: the delay that the thrown error carries, at least 1 ms (0 would skip `delayed`). For an
 * error that is not ours, such as a completion that the store refused, 1 to 5 s.
 * @param random from 0 (inclusive) to 1
 */
export function jobRetryDelayMs(error: unknown, random: () => number): number {
  if (error instanceof AttemptFailedError) return Math.max(1, Math.round(error.afterMs));
  return unexpectedDelayMs(random);
}

/**
 * Milliseconds, 1 to 5 s, until what failed unexpectedly is tried again; spread, so that a crowd does not return at
 * once.
 */
export function unexpectedDelayMs(random: () => number): number {
  const { min, max } = FOREIGN_DELAY_MS;
  return Math.round(min + random() * (max - min));
}

const ALERT_DELAY_MS = { base: 1_000, ceiling: 60_000 };
const ALERT_DELAY_JITTER = 0.2;

/**
 * Milliseconds before an alert job's next run: doubles from 1 s to 60 s, with a jitter of ±20 %. @param failures counts from 1
 */
export function alertDelayMs(failures: number, random: () => number): number {
  const delayMs = Math.min(ALERT_DELAY_MS.ceiling, ALERT_DELAY_MS.base * 2 ** (failures - 1));
  return Math.round(delayMs * (1 + ALERT_DELAY_JITTER * (2 * random() - 1)));
}
