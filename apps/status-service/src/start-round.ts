import type { ReleasedDelivery } from '@tocsin/status-gateway';
import type { Transaction } from '@tocsin/store';
import { type DeliveryRow, releasedOf } from './delivery-row.ts';
import { freeSlots } from './gate.ts';
import { countMove, type LockedDestination, mayHaveDue, storeDestinations } from './health.ts';
import { nextFeed } from './release.ts';
import { createAlertCounts, storeDeliveries } from './store-changes.ts';

export interface RoundOptions {
  shards: number;
  /** Whether the queues may be given more; else the feeder queues it later. */
  hasRoom: boolean;
}

/** Rounds that a resend begins, and retries that it makes due, in one transaction. */
export interface Rounds {
  /** Begins another round of a delivery that has ended. */
  again(row: DeliveryRow): void;
  /** Begins the first round of a delivery that was just inserted. */
  first(row: DeliveryRow): void;
  /** Makes the retry that a delivery waits for due now: the next attempt of the same round. */
  hurry(row: DeliveryRow): void;
  /** Stores the deliveries, their alerts' counts and their destinations. */
  store(client: Transaction): Promise<void>;
  /** The rows as they were begun or made due. */
  readonly started: readonly DeliveryRow[];
  /** The jobs to add to the queues once the transaction is committed: as many as there were free slots. */
  released(): ReleasedDelivery[];
}

/** Whether anything can be sent to a destination now. */
export function isAvailable({ enabled, deleted }: Pick<LockedDestination, 'enabled' | 'deleted'>): boolean {
  return enabled && !deleted;
}

/**
 * Collects rounds of deliveries to destinations that this transaction has locked. What finds no free slot, or would
 * overtake what waits already, waits in Postgres.
 */
export function createRounds(destinations: Map<string, LockedDestination>, options: RoundOptions): Rounds {
  const counts = createAlertCounts();
  const started: DeliveryRow[] = [];
  const destinationOf = (row: DeliveryRow) => destinations.get(row.destinationId) as LockedDestination;

  function begin(row: DeliveryRow): void {
    const destination = destinationOf(row);
    const queued = options.hasRoom && destination.waiting === 0 && freeSlots(destination) > 0;
    countMove(destination, 'idle', queued ? 'queued' : 'waiting');
    const next: DeliveryRow = {
      ...row,
      status: 'pending',
      failureCode: null,
      attempts: 0,
      trigger: 'resend',
      dueInMs: 0,
    };
    started.push(queued ? nextFeed(next, options.shards) : { ...next, queueState: 'waiting' });
  }

  return {
    again(row) {
      counts.move(row, row.status, 'pending');
      begin({ ...row, round: row.round + 1 });
    },
    first(row) {
      counts.move(row, null, 'pending');
      begin(row);
    },
    hurry(row) {
      const destination = destinationOf(row);
      // A job in its backoff delay holds its slot already. The next feed supersedes that job: it makes no attempt.
      const queued =
        options.hasRoom &&
        (row.queueState === 'delayed' || (freeSlots(destination) > 0 && !mayHaveDue(destination)));
      countMove(destination, row.queueState, queued ? 'queued' : 'waiting');
      const next: DeliveryRow = { ...row, trigger: 'resend', dueInMs: 0 };
      started.push(queued ? nextFeed(next, options.shards) : { ...next, queueState: 'waiting' });
    },
    async store(client) {
      await storeDeliveries(client, started);
      await counts.store(client);
      await storeDestinations(client, destinations.values());
    },
    started,
    released: () =>
      started
        .filter((row) => row.queueState === 'queued')
        .map((row) => releasedOf(row, destinationOf(row).policy)),
  };
}
