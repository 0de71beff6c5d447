import type { ReleasedDelivery, RetryPolicy } from '@tocsin/contract';
import { type Database, inTransaction } from '@tocsin/store';
import type { Logger } from 'pino';
import { cancelForDeleted } from './close-deliveries.ts';
import { lockDestinations, storeDestinations } from './health.ts';
import { shardOf } from './identity.ts';
import { checkLeases, endAllLeases, type FindMissing } from './leases.ts';
import { type AlertsToRoute, feedOutbox } from './outbox.ts';
import { releaseWaiting } from './release.ts';

/** What the feeder needs of the queues. */
export interface FeederQueues {
  addAlerts(jobs: AlertsToRoute[]): Promise<void>;
  addDeliveries(jobs: ReleasedDelivery[]): Promise<void>;
  missing: FindMissing;
  hasRoom(): Promise<boolean>;
  wasEmptied(): Promise<boolean>;
  alertBacklog(): Promise<number>;
}

export interface FeederDeps {
  database: Database;
  queues: FeederQueues;
  defaults: RetryPolicy;
  shards: number;
  log: Logger;
}

export interface Feeder {
  /** Looks through everything once. Safe to call from several processes at the same time. */
  tick(): Promise<FeederTick>;
}

export interface FeederTick {
  takenBack: number;
  released: number;
  cancelled: number;
  alertsFed: number;
}

/** So many alert jobs waiting mean that the router is busy, and that nothing was lost. */
const BACKLOG_MAX = 20;

const DESTINATIONS_PER_RELEASE = 200;

/**
 * Queues what is due and not queued, whatever the cause: retries that waited in Postgres, what a crash or an emptied
 * Redis left behind, what waited for a slot, for a disabled destination, or for room in Redis. One feeder per shard
 * works at a time, by an advisory lock that ends with its transaction, and so with its process.
 */
export function createFeeder(deps: FeederDeps): Feeder {
  const { database, queues, log } = deps;

  async function tick(): Promise<FeederTick> {
    return inTransaction(database, async (leader) => {
      const { rows } = await leader.query<{ shard: number }>(
        `SELECT shard FROM generate_series(0, $1 - 1) AS shard
         WHERE pg_try_advisory_xact_lock(hashtext('tocsin feeder'), shard)`,
        [deps.shards],
      );
      const shards = rows.map((row) => row.shard);
      if (shards.length === 0) return { takenBack: 0, released: 0, cancelled: 0, alertsFed: 0 };
      return feed(shards);
    });
  }

  async function feed(shards: number[]): Promise<FeederTick> {
    // Shard 0's feeder does what belongs to no shard.
    const first = shards.includes(0);
    const cancelled = first ? await cancelForDeleted(deps) : 0;
    const emptied = await queues.wasEmptied();
    if (emptied) {
      log.warn('the queues were emptied; everything that was in them is fed again from Postgres');
      await endAllLeases(database);
    }
    const takenBack = await checkLeases({ ...deps, findMissing: queues.missing }, shards);
    if (!(await queues.hasRoom())) return { takenBack, released: 0, cancelled, alertsFed: 0 };
    const alertsFed = first ? await feedAlerts(emptied) : 0;
    return { takenBack, cancelled, alertsFed, released: await releaseDue(new Set(shards)) };
  }

  async function feedAlerts(emptied: boolean): Promise<number> {
    if (!emptied && (await queues.alertBacklog()) > BACKLOG_MAX) return 0;
    return feedOutbox(database, queues.addAlerts, { all: emptied });
  }

  async function releaseDue(shards: ReadonlySet<number>): Promise<number> {
    const { rows } = await database.pool.query<{ id: string }>(
      `SELECT h.destination_id AS id FROM destination_health h JOIN destinations d ON d.id = h.destination_id
       WHERE h.waiting > 0 AND h.queued + h.delayed < d.max_in_flight AND d.enabled AND d.deleted_at IS NULL`,
    );
    const ids = rows.map((row) => row.id).filter((id) => shards.has(shardOf(id, deps.shards)));
    let released = 0;
    for (let start = 0; start < ids.length; start += DESTINATIONS_PER_RELEASE) {
      released += await releaseOf(ids.slice(start, start + DESTINATIONS_PER_RELEASE));
    }
    return released;
  }

  async function releaseOf(destinationIds: string[]): Promise<number> {
    const jobs = await inTransaction(database, async (client) => {
      const destinations = await lockDestinations(client, destinationIds, deps.defaults);
      const released = await releaseWaiting(client, destinations.values(), deps.shards);
      await storeDestinations(client, destinations.values());
      return released;
    });
    if (jobs.length > 0) await queues.addDeliveries(jobs);
    return jobs.length;
  }

  return { tick };
}
