import type { DeliveryStatus, DeliveryView } from '@tocsin/contract';
import type { QueueState } from '@tocsin/store';
import { type BacklogFacts, backlogReason } from '../delivery/backlog-reason.ts';
import { isOpen } from '../delivery/delivery-row.ts';

/** What there is to know about an unfinished delivery; times by the database's clock. */
export interface WaitingFacts extends BacklogFacts {
  status: DeliveryStatus;
  queueState: QueueState;
  /** The next attempt lies in the future. */
  notDueYet: boolean;
}

/** What a delivery waits for; null where it waits for nothing, since it has ended. Pure. */
export function waitingFor(facts: WaitingFacts): DeliveryView['waitingFor'] {
  if (!isOpen(facts)) return null;
  const reason = backlogReason(facts);
  if (reason === 'disabled' || reason === 'paused') return `destination_${reason}`;
  if (facts.notDueYet) return 'retry';
  // A worker has it, and waits for its turn.
  if (facts.queueState !== 'waiting') return facts.isRateBound ? 'destination_rate_limit' : 'worker';
  return reason === 'queues' ? reason : `destination_${reason}`;
}
