import { durationText } from '../time-text.ts';
import { failureLabels } from './failure-labels.ts';

interface Delivery {
  destinationName: string;
  status: 'pending' | 'retrying' | 'succeeded' | 'failed' | 'cancelled';
  waitingFor:
    | 'retry'
    | 'destination_disabled'
    | 'destination_paused'
    | 'queues'
    | 'destination_circuit'
    | 'destination_rate_limit'
    | 'destination_limit'
    | 'worker'
    | null;
  nextAttemptAt: string | null;
  failureCode: string | null;
  destinationState: 'enabled' | 'disabled' | 'deleted';
}

/** Whether attempts are still to come. */
export function isOpen({ status }: Pick<Delivery, 'status'>): boolean {
  return status === 'pending' || status === 'retrying';
}

/** Whether a resend has an effect: the delivery has ended, or waits for a retry that can be made due now. */
export function canResend(delivery: Pick<Delivery, 'status' | 'waitingFor'>): boolean {
  return !isOpen(delivery) || delivery.waitingFor === 'retry';
}

/** Why the API would refuse a resend, in words; null where it would not. */
export function resendObstacle({ destinationState }: Pick<Delivery, 'destinationState'>): string | null {
  if (destinationState === 'deleted') return 'Its destination was deleted, so it cannot be resent.';
  return destinationState === 'disabled' ? 'Its destination is disabled: enable it to resend.' : null;
}

/** What a resend does, as its button says. */
export function resendLabel(delivery: Pick<Delivery, 'status'>): string {
  return isOpen(delivery) ? 'Retry now' : 'Resend';
}

/** What follows from a resend, by its answer: nothing is sent yet. */
export function resendNotice(
  deliveries: readonly Pick<Delivery, 'destinationName' | 'waitingFor'>[],
): string {
  const isPaused = deliveries.some(({ waitingFor }) => waitingFor === 'destination_paused');
  const [first] = deliveries;
  if (first !== undefined && deliveries.length === 1) {
    const next = isPaused ? 'waits until the destination is resumed' : 'is due now';
    return `Resend requested: the delivery to ${first.destinationName} ${next}.`;
  }
  const waits = isPaused ? ' What goes to a paused destination waits until it is resumed.' : '';
  return `Resend requested for ${deliveries.length} deliveries.${waits}`;
}

/**
 * What happens next to a delivery or, where it has ended, how it ended; one sentence, with times counted from `nowMs`.
 */
export function nextStepLabel(
  delivery: Pick<Delivery, 'status' | 'waitingFor' | 'nextAttemptAt' | 'failureCode'>,
  nowMs: number,
): string {
  switch (delivery.status) {
    case 'succeeded':
      return 'Succeeded.';
    case 'failed':
      return delivery.failureCode === null
        ? 'Failed.'
        : `Failed: ${lowerFirst(failureLabels(delivery.failureCode).meaning)}.`;
    case 'cancelled':
      return 'Cancelled: the destination was deleted.';
    default:
      return waitingLabel(delivery, nowMs);
  }
}

function waitingLabel(
  { waitingFor, nextAttemptAt }: Pick<Delivery, 'waitingFor' | 'nextAttemptAt'>,
  nowMs: number,
): string {
  const leftMs = nextAttemptAt === null ? 0 : Date.parse(nextAttemptAt) - nowMs;
  const after = leftMs >= 1_000 ? ` in ${durationText(leftMs)}` : '';
  switch (waitingFor) {
    case 'destination_disabled':
      return 'Waiting until the destination is enabled again.';
    case 'destination_paused':
      return 'Waiting until the destination is resumed.';
    case 'queues':
      return 'Waiting for the queues: they are full or unavailable.';
    case 'destination_circuit':
      return 'Waiting until the destination succeeds again: it fails, and gets one attempt at a time.';
    case 'destination_rate_limit':
      return 'Waiting for its turn within the destination’s rate limit.';
    case 'destination_limit':
      return after === ''
        ? 'Waiting for room within the destination’s limit.'
        : `Next attempt${after} at the earliest, as soon as there is room within the destination’s limit.`;
    case 'retry':
      return after === '' ? 'The next attempt is due now.' : `Next attempt${after}.`;
    default:
      return after === ''
        ? 'A worker is sending it now, or will send it in a moment.'
        : `Next attempt${after}.`;
  }
}

function lowerFirst(text: string): string {
  return /^[A-Z][a-z]/.test(text) && !text.startsWith('Tocsin')
    ? text.charAt(0).toLowerCase() + text.slice(1)
    : text;
}
