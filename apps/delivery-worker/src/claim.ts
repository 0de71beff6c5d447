import type { DeliveryState } from './read-deliveries.ts';

/** What to do with a job, given its delivery's row. */
export type Claim =
  | { kind: 'attempt'; number: number; destinationsVersion: number }
  /** The row has moved on; the job is done. */
  | { kind: 'superseded' }
  /** Not due yet: the clocks differ, the queue returned the job early, or others have the turns until then. */
  | { kind: 'early'; afterMs: number }
  | { kind: 'unavailable' };

/** A retry may start this much before its time, for the clocks' sake; milliseconds. */
const EARLY_MS = 5;

/**
 * Decides whether a job may make an attempt. An attempt that is recorded already, by a job that stalled or was
 * dispatched again, is not made twice. Pure.
 */
export function claim(job: { round: number; dispatchNumber: number }, row: DeliveryState | null): Claim {
  if (row === null || row.round !== job.round || row.dispatchNumber !== job.dispatchNumber)
    return { kind: 'superseded' };
  if (row.queueState !== 'queued' && row.queueState !== 'delayed') return { kind: 'superseded' };
  if (!row.available) return { kind: 'unavailable' };
  if (row.dueInMs > EARLY_MS) return { kind: 'early', afterMs: Math.ceil(row.dueInMs) };
  return { kind: 'attempt', number: row.attempts + 1, destinationsVersion: row.destinationsVersion };
}
