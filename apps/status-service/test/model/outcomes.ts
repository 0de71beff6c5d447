import {
  count,
  type Delivery,
  type Destination,
  deliveriesTo,
  destinationOf,
  end,
  HOUR,
  isOpen,
  LEASE_MS,
  letWait,
  MINUTE,
  type Model,
  takesDeliveries,
} from './model.ts';

/** What came of a POST, in the words of the commands. */
export const RESULTS = {
  ok: { code: null, reason: '', retryAfterMs: null },
  refused: { code: 'http_status', reason: 'http_status: answered 500', retryAfterMs: null },
  slow: { code: 'timeout', reason: 'timeout: no answer', retryAfterMs: null },
  busy: { code: 'http_status', reason: 'http_status: answered 503', retryAfterMs: 2 * HOUR },
} as const;
export type Result = keyof typeof RESULTS;

export interface OutcomeInHand {
  deliveryId: string;
  round: number;
  dispatchNumber: number;
  /** The attempt's number as the worker counted; null where it was skipped. */
  number: number | null;
  result: Result;
}

/** The verdict on a job. */
export type Told =
  | { kind: 'succeeded' | 'superseded' }
  | { kind: 'deferred'; afterMs?: number }
  | { kind: 'failed'; reason: string }
  | { kind: 'retry'; afterMs: number; ahead?: number };

/** Which attempt a worker may make for a job now; null where its delivery has moved on or is not due. */
export function claim(
  model: Model,
  job: { deliveryId: string; round: number; dispatchNumber: number },
): { kind: 'attempt'; number: number } | { kind: 'skip' | 'early' | 'superseded' } {
  const delivery = model.deliveries.get(job.deliveryId) as Delivery;
  const isCurrent =
    delivery.round === job.round &&
    delivery.dispatchNumber === job.dispatchNumber &&
    (delivery.queueState === 'queued' || delivery.queueState === 'delayed');
  if (!isCurrent) return { kind: 'superseded' };
  const destination = destinationOf(model, delivery);
  const { revivedAt, isCircuitOpen } = destination;
  if (isCircuitOpen && delivery.queueState === 'delayed') return { kind: 'skip' };
  if (!takesDeliveries(destination) || (revivedAt !== null && delivery.roundStartedAt < revivedAt))
    return { kind: 'skip' };
  if ((delivery.dueAt as number) > model.now) return { kind: 'early' };
  return { kind: 'attempt', number: delivery.attempts + 1 };
}

/** Applies the outcome of an attempt. @returns the verdict for its job */
export function takeOutcome(model: Model, outcome: OutcomeInHand): Told {
  const delivery = model.deliveries.get(outcome.deliveryId) as Delivery;
  if (outcome.round !== delivery.round) return takeOfOlderRound(model, outcome);
  if (outcome.number === null) return takeSkipped(model, delivery, outcome);
  const { code } = RESULTS[outcome.result];
  // Two jobs of one delivery may have made the same attempt. The second counts only where it succeeds first.
  if (outcome.number <= delivery.attempts && (code !== null || delivery.status === 'succeeded'))
    return tellAgain(model, delivery, outcome);
  return takeAttempt(model, delivery, outcome);
}

function takeAttempt(model: Model, delivery: Delivery, outcome: OutcomeInHand): Told {
  const destination = destinationOf(model, delivery);
  const { code, reason } = RESULTS[outcome.result];
  delivery.attempts += 1;
  delivery.updatedAt = model.now;
  model.history.set(`${delivery.id} ${delivery.round}.${delivery.attempts}`, code);
  if (code === null) {
    destination.failuresInRow = 0;
    count(model, destination.id, 'succeeded');
    if (delivery.round === 1 && delivery.trigger === 'auto') count(model, destination.id, 'measured');
    end(model, delivery, 'succeeded');
    return { kind: 'succeeded' };
  }
  destination.failuresInRow += 1;
  count(model, destination.id, 'failedAttempts');
  if (!isOpen(delivery)) return { kind: 'failed', reason: delivery.status };
  if (destination.deleted) {
    end(model, delivery, 'cancelled');
    return { kind: 'failed', reason: 'cancelled' };
  }
  if (delivery.attempts > destination.maxRetries) {
    end(model, delivery, 'failed', { code, reason });
    return { kind: 'failed', reason };
  }
  return retryLater(model, delivery, outcome);
}

/** A retry due within ten minutes waits in the queue, as long as at least half of the slots stay free of such. */
function retryLater(model: Model, delivery: Delivery, { dispatchNumber, result }: OutcomeInHand): Told {
  const destination = destinationOf(model, delivery);
  const backoffMs = destination.baseDelayMs * 3 ** (delivery.attempts - 1);
  const afterMs = Math.max(backoffMs, RESULTS[result].retryAfterMs ?? 0);
  delivery.status = 'retrying';
  delivery.dueAt = model.now + afterMs;
  if (dispatchNumber !== delivery.dispatchNumber) {
    // Another job has it, and finds the new time.
    if (delivery.leaseUntil !== null) delivery.leaseUntil = delivery.dueAt + LEASE_MS;
    return { kind: 'deferred', afterMs };
  }
  const mayKeepSlot =
    delivery.queueState === 'delayed' ||
    (delivery.queueState === 'queued' && delayedAt(model, destination) < Math.floor(destination.slots / 2));
  if (!takesDeliveries(destination) || afterMs > 10 * MINUTE || !mayKeepSlot) {
    letWait(model, delivery);
    return { kind: 'deferred', afterMs };
  }
  const ahead = delayedAt(model, destination);
  delivery.queueState = 'delayed';
  delivery.leaseUntil = delivery.dueAt + LEASE_MS;
  return { kind: 'retry', afterMs, ahead };
}

const delayedAt = (model: Model, { id }: Destination): number =>
  deliveriesTo(model, id).filter(({ queueState }) => queueState === 'delayed').length;

function takeSkipped(model: Model, delivery: Delivery, { dispatchNumber }: OutcomeInHand): Told {
  if (!isOpen(delivery) || dispatchNumber !== delivery.dispatchNumber) return { kind: 'superseded' };
  if (destinationOf(model, delivery).deleted) end(model, delivery, 'cancelled');
  else letWait(model, delivery);
  return { kind: 'deferred' };
}

/** History, and nothing else: its round was ended while its POST was under way, and another one begun. */
function takeOfOlderRound(model: Model, { deliveryId, round, number, result }: OutcomeInHand): Told {
  const key = `${deliveryId} ${round}.${number}`;
  if (number !== null && !model.history.has(key)) model.history.set(key, RESULTS[result].code);
  return { kind: 'superseded' };
}

function tellAgain(model: Model, delivery: Delivery, { dispatchNumber }: OutcomeInHand): Told {
  if (delivery.status === 'succeeded') return { kind: 'succeeded' };
  if (!isOpen(delivery)) return { kind: 'failed', reason: delivery.failureCode ?? delivery.status };
  if (dispatchNumber !== delivery.dispatchNumber || delivery.queueState !== 'delayed')
    return { kind: 'deferred' };
  const afterMs = Math.max(0, (delivery.dueAt as number) - model.now);
  return { kind: 'retry', afterMs, ahead: delayedAt(model, destinationOf(model, delivery)) };
}
