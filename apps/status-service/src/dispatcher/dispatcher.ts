import type { AlertJob } from '@tocsin/queues';
import type { DispatchedDelivery } from '@tocsin/status-gateway';
import { type Database, inTransaction } from '@tocsin/store';
import type { Logger } from 'pino';
import type { Commit } from '../commit/committer.ts';
import { runEach } from '../loop/run-each.ts';
import { cancelForDeleted } from './cancel-for-deleted.ts';
import { noteRoom, type RoomQueues } from './note-room.ts';
import { expireAllLeases, type FindMissing, reclaimLost } from './reclaim-leases.ts';
import { releaseDue } from './release-due.ts';
import { requeueAlerts } from './requeue-alerts.ts';

/** What the dispatcher needs of the queues. */
export interface DispatcherQueues extends RoomQueues {
  enqueueAlerts(jobs: AlertJob[]): Promise<void>;
  enqueueDeliveries(jobs: DispatchedDelivery[]): Promise<void>;
  missing: FindMissing;
  /** Whether everything was lost, as long as nobody has acknowledged that. */
  wasEmptied(): Promise<boolean>;
  acknowledgeEmptied(): Promise<void>;
  alertBacklog(): Promise<number>;
}

export interface DispatcherDeps {
  database: Database;
  commit: Commit;
  queues: DispatcherQueues;
  shards: number;
  log: Logger;
}

export interface Dispatcher {
  /**
   * Runs each part once, even if another part fails. Safe to call from several processes at the same time.
   *
   * @throws the error of the first part that failed, once all parts have run
   * @param closing ends the tick early, between two transactions
   */
  tick(closing?: AbortSignal): Promise<DispatcherTick>;
}

export interface DispatcherTick {
  reclaimed: number;
  released: number;
  cancelled: number;
  alertsRequeued: number;
}

/** With this many alert jobs waiting, the router is busy and nothing was lost. */
const BACKLOG_MAX = 20;

/** Releasing may take this long in one tick; then the other parts have their turn. */
const RELEASE_MS_MAX = 5_000;

/**
 * Queues what is due and not queued, whatever the cause: retries that waited in Postgres, what a crash or an emptied
 * Redis left behind, what waited for a slot, for a disabled destination, or for room in Redis. One dispatcher per shard
 * works at a time, by an advisory lock that ends with its transaction, and so with its process.
 */
export function createDispatcher(deps: DispatcherDeps): Dispatcher {
  const { database, queues, log } = deps;

  async function tick(closing?: AbortSignal): Promise<DispatcherTick> {
    return inTransaction(database, async (leader) => {
      const { rows } = await leader.query<{ shard: number }>(
        `SELECT shard FROM generate_series(0, $1 - 1) AS shard
         WHERE pg_try_advisory_xact_lock(hashtext('tocsin dispatcher'), shard)`,
        [deps.shards],
      );
      const shards = rows.map((row) => row.shard);
      if (shards.length === 0) return { reclaimed: 0, released: 0, cancelled: 0, alertsRequeued: 0 };
      return dispatch(shards, closing);
    });
  }

  async function dispatch(shards: number[], closing?: AbortSignal): Promise<DispatcherTick> {
    const done: DispatcherTick = { reclaimed: 0, released: 0, cancelled: 0, alertsRequeued: 0 };
    // Shard 0's dispatcher does what belongs to no shard.
    const first = shards.includes(0);
    const cancel = async () => {
      if (!first) return;
      done.cancelled = await cancelForDeleted({ ...deps, closing });
    };
    const reclaim = async () => {
      done.reclaimed = await reclaimLost({ ...deps, findMissing: queues.missing, closing }, shards);
    };
    const release = async () => {
      const untilMs = performance.now() + RELEASE_MS_MAX;
      const mayGoOn = async () =>
        closing?.aborted !== true && performance.now() < untilMs && (await queues.hasRoom());
      const releasing = { ...deps, enqueueDeliveries: queues.enqueueDeliveries, mayGoOn };
      done.released = await releaseDue(releasing, new Set(shards));
    };
    const fill = async () => {
      const hasRoom = first ? await noteRoom(database, queues, log) : await queues.hasRoom();
      const emptied = await noticeEmptied();
      const requeue = async () => {
        if (first) done.alertsRequeued = await requeueLost(emptied);
      };
      await runEach(hasRoom ? [reclaim, requeue, release] : [reclaim]);
    };
    await runEach([cancel, fill]);
    return done;
  }

  async function noticeEmptied(): Promise<boolean> {
    if (!(await queues.wasEmptied())) return false;
    log.warn(
      { event: 'queues.emptied' },
      'the queues were emptied; what was in them is enqueued again from Postgres',
    );
    await expireAllLeases(database);
    // Acknowledged last, so that after a crash the next tick still sees that the queues were emptied.
    await queues.acknowledgeEmptied();
    return true;
  }

  async function requeueLost(emptied: boolean): Promise<number> {
    if (!emptied && (await queues.alertBacklog()) > BACKLOG_MAX) return 0;
    return requeueAlerts(database, queues.enqueueAlerts, { all: emptied });
  }

  return { tick };
}
