import type { AttemptResult, AttemptTrigger, RetryPolicy } from '@tocsin/contract';
import type { Outcome, Verdict } from '@tocsin/status-gateway';
import { deliveryRetryDelayMs } from './delivery-retry-delay.ts';
import { type DeliveryRow, ended, isOpen } from './delivery-row.ts';
import { type DestinationSlots, mayKeepSlot, takesDeliveries } from './slots.ts';

/** Retries due later than this wait in Postgres, not in a queue. */
export const QUEUED_DELAY_MAX_MS = 10 * 60 * 1000;

export interface Judgement {
  verdict: Verdict;
  /**
   * The attempt to append to the history; null where there is none, or it is there already (one of an earlier round may be).
   * Its trigger is the row's, unless it says otherwise.
   */
  attempt: { round: number; number: number; result: AttemptResult; trigger?: AttemptTrigger } | null;
  /** The row as it is to be stored; null where it stays as it is. */
  row: DeliveryRow | null;
}

export interface JudgeContext {
  slots: DestinationSlots;
  policy: RetryPolicy;
  /** A number from 0 up to 1, for the jitter of the delay. */
  random: number;
}

const unchanged = (verdict: Verdict): Judgement => ({ verdict, attempt: null, row: null });

/**
 * What an outcome makes of a delivery: the attempt to record, the row's next state, and what its job has to do. Pure;
 * the number of an attempt is the row's, so an outcome that is reported twice is recorded once.
 */
export function judgeOutcome(row: DeliveryRow, outcome: Outcome, context: JudgeContext): Judgement {
  if (outcome.round !== row.round) return judgeOtherRound(row, outcome);
  if (outcome.kind === 'skipped') return judgeSkipped(row, outcome.dispatchNumber, context.slots);
  const { error } = outcome.result;
  if (outcome.number <= row.attempts && (error !== null || row.status === 'succeeded')) {
    return unchanged(verdictOfRow(row, outcome.dispatchNumber, context.slots));
  }
  const number = row.attempts + 1;
  const attempt = { round: row.round, number, result: outcome.result };
  const attempted = { ...row, attempts: number };
  if (error === null) {
    // Also if the number is recorded already: a job that was lost and dispatched again made two POSTs under one number,
    // and the other POST failed and was reported first. This success is new: a recorded one would have closed the row.
    return { verdict: { kind: 'succeeded' }, attempt, row: ended(attempted, 'succeeded') };
  }
  if (!isOpen(row)) {
    // Cancelled or expired while its POST was under way: the attempt is history, the end stays.
    return { verdict: { kind: 'failed', reason: row.status }, attempt, row: attempted };
  }
  if (context.slots.deleted) {
    return {
      verdict: { kind: 'failed', reason: 'cancelled' },
      attempt,
      row: ended(attempted, 'cancelled'),
    };
  }
  if (number > context.policy.maxRetries) {
    const reason = `${error.code}: ${error.message}`;
    return { verdict: { kind: 'failed', reason }, attempt, row: ended(attempted, 'failed', error.code) };
  }
  const dueInMs = deliveryRetryDelayMs(context.policy, number, outcome.result.retryAfterMs, context.random);
  return {
    attempt,
    ...scheduleRetry({ ...attempted, status: 'retrying', dueInMs }, outcome.dispatchNumber, context.slots),
  };
}

/** Where a retry waits: in its own job's delay, or in Postgres. */
function scheduleRetry(
  row: DeliveryRow & { dueInMs: number },
  dispatchNumber: number,
  slots: DestinationSlots,
): Pick<Judgement, 'verdict' | 'row'> {
  // A job with an older dispatch number must end; the job with the newer one reads when the retry is due.
  const deferred = { kind: 'deferred' as const, afterMs: row.dueInMs };
  if (dispatchNumber !== row.dispatchNumber) return { verdict: deferred, row };
  // A delivery that was reclaimed while its POST was under way holds no slot, and another may have taken it.
  const keepsSlot = row.queueState === 'delayed' || (row.queueState === 'queued' && mayKeepSlot(slots));
  if (row.dueInMs <= QUEUED_DELAY_MAX_MS && keepsSlot && takesDeliveries(slots)) {
    const verdict = { kind: 'retry' as const, afterMs: row.dueInMs, ahead: slots.delayed };
    return { verdict, row: { ...row, queueState: 'delayed' } };
  }
  return { verdict: deferred, row: { ...row, queueState: 'waiting' } };
}

/**
 * An outcome of an earlier round: its POST was under way when the round ended and a resend began the next. It is added
 * to the history; the delivery stays as it is.
 */
function judgeOtherRound(row: DeliveryRow, outcome: Outcome): Judgement {
  if (outcome.kind === 'skipped' || outcome.round > row.round) return unchanged({ kind: 'superseded' });
  const { round, number, result } = outcome;
  const trigger = round === 1 ? 'auto' : 'resend';
  return { verdict: { kind: 'superseded' }, attempt: { round, number, result, trigger }, row: null };
}

function judgeSkipped(row: DeliveryRow, dispatchNumber: number, slots: DestinationSlots): Judgement {
  if (!isOpen(row) || dispatchNumber !== row.dispatchNumber) return unchanged({ kind: 'superseded' });
  const next: DeliveryRow = slots.deleted ? ended(row, 'cancelled') : { ...row, queueState: 'waiting' };
  return { verdict: { kind: 'deferred' }, attempt: null, row: next };
}

/** The verdict on an attempt that had been recorded before. */
function verdictOfRow(row: DeliveryRow, dispatchNumber: number, { delayed }: DestinationSlots): Verdict {
  if (row.status === 'succeeded') return { kind: 'succeeded' };
  if (!isOpen(row)) return { kind: 'failed', reason: row.failureCode ?? row.status };
  if (dispatchNumber === row.dispatchNumber && row.queueState === 'delayed') {
    return { kind: 'retry', afterMs: Math.max(0, row.dueInMs ?? 0), ahead: delayed };
  }
  return { kind: 'deferred' };
}
