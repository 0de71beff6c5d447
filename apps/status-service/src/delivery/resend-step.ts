import { type DeliveryRow, isOpen } from './delivery-row.ts';

/**
 * What a resend does with a delivery. `again`: it has ended, and begins another round. `hurry`: it waits for its retry,
 * which becomes due now. `leave`: its retry goes out by itself within a second. `in_progress`: an attempt is due or under
 * way.
 */
export type ResendStep = 'again' | 'hurry' | 'leave' | 'in_progress';

/**
 * A retry whose job is due this soon is not taken from that job: the worker, which reads the row as it was before this
 * commit, might begin its attempt meanwhile, and there would be two. Milliseconds; far above what the commit takes.
 */
const SOON_MS = 1_000;

/**
 * Decides by a row that was read under its destination's lock. Pure.
 *
 * @param dueInMs milliseconds from the time of reading (not from the transaction's begin) until the retry is due
 */
export function resendStep(
  row: Pick<DeliveryRow, 'status' | 'queueState'>,
  dueInMs: number | null,
): ResendStep {
  if (!isOpen(row)) return 'again';
  if (row.status !== 'retrying') return 'in_progress';
  // No job has it, and none gets it while the lock is held.
  if (row.queueState === 'waiting') return 'hurry';
  if (row.queueState !== 'delayed' || dueInMs === null || dueInMs <= 0) return 'in_progress';
  return dueInMs > SOON_MS ? 'hurry' : 'leave';
}
