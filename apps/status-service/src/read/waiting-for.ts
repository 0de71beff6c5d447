import type { DeliveryStatus, DeliveryView } from '@tocsin/contract';
import type { QueueState } from '@tocsin/store';
import { isOpen } from '../delivery/delivery-row.ts';

/** What there is to know about an unfinished delivery; times by the database's clock. */
export interface WaitingFacts {
  status: DeliveryStatus;
  queueState: QueueState;
  /** The next attempt lies in the future. */
  notDueYet: boolean;
  /** The destination exists, is not deleted, and is enabled. */
  destinationEnabled: boolean;
  destinationPaused: boolean;
  /** The queues take nothing. */
  queuesLackRoom: boolean;
  /** Its circuit is open. */
  destinationFails: boolean;
  hasRateLimit: boolean;
}

/** What a delivery waits for; null where it waits for nothing, since it has ended. Pure. */
export function waitingFor(facts: WaitingFacts): DeliveryView['waitingFor'] {
  if (!isOpen(facts)) return null;
  if (facts.notDueYet) return 'retry';
  if (!facts.destinationEnabled) return 'destination_disabled';
  if (facts.destinationPaused) return 'destination_paused';
  if (facts.queueState !== 'waiting') return 'worker';
  // Postgres keeps what is due while the queues have no room, or its destination has no free slot.
  if (facts.queuesLackRoom) return 'queues';
  if (facts.destinationFails) return 'destination_circuit';
  return facts.hasRateLimit ? 'destination_rate_limit' : 'destination_limit';
}
