import type { AlertJob } from '@tocsin/queues';
import type { ReleasedDelivery } from '@tocsin/status-gateway';
import { type Database, inTransaction } from '@tocsin/store';
import type { Logger } from 'pino';
import type { Commit } from '../commit/committer.ts';
import { runEach } from '../loop/run-each.ts';
import { cancelForDeleted } from './cancel-for-deleted.ts';
import { checkLeases, endAllLeases, type FindMissing } from './reclaim-leases.ts';
import { releaseDue } from './release-due.ts';
import { feedOutbox } from './requeue-alerts.ts';

/** What the feeder needs of the queues. */
export interface FeederQueues {
  addAlerts(jobs: AlertJob[]): Promise<void>;
  addDeliveries(jobs: ReleasedDelivery[]): Promise<void>;
  missing: FindMissing;
  hasRoom(): Promise<boolean>;
  /** Whether everything was lost, as long as nobody has acknowledged that. */
  wasEmptied(): Promise<boolean>;
  acknowledgeEmptied(): Promise<void>;
  alertBacklog(): Promise<number>;
}

export interface FeederDeps {
  database: Database;
  commit: Commit;
  queues: FeederQueues;
  shards: number;
  log: Logger;
}

export interface Feeder {
  /**
   * Looks through everything once, each part whatever becomes of the others. Safe to call from several processes at the
   * same time.
   *
   * @throws what the first part threw that failed, once all have run
   * @param closing ends the tick early, between two transactions
   */
  tick(closing?: AbortSignal): Promise<FeederTick>;
}

export interface FeederTick {
  takenBack: number;
  released: number;
  cancelled: number;
  alertsFed: number;
}

/** So many alert jobs waiting mean that the router is busy, and that nothing was lost. */
const BACKLOG_MAX = 20;

/** Releasing may take this long in one tick; then whatever else the feeder does has its turn. */
const RELEASE_MS_MAX = 5_000;

/**
 * Queues what is due and not queued, whatever the cause: retries that waited in Postgres, what a crash or an emptied
 * Redis left behind, what waited for a slot, for a disabled destination, or for room in Redis. One feeder per shard
 * works at a time, by an advisory lock that ends with its transaction, and so with its process.
 */
export function createFeeder(deps: FeederDeps): Feeder {
  const { database, queues, log } = deps;

  async function tick(closing?: AbortSignal): Promise<FeederTick> {
    return inTransaction(database, async (leader) => {
      const { rows } = await leader.query<{ shard: number }>(
        `SELECT shard FROM generate_series(0, $1 - 1) AS shard
         WHERE pg_try_advisory_xact_lock(hashtext('tocsin feeder'), shard)`,
        [deps.shards],
      );
      const shards = rows.map((row) => row.shard);
      if (shards.length === 0) return { takenBack: 0, released: 0, cancelled: 0, alertsFed: 0 };
      return feed(shards, closing);
    });
  }

  async function feed(shards: number[], closing?: AbortSignal): Promise<FeederTick> {
    const done: FeederTick = { takenBack: 0, released: 0, cancelled: 0, alertsFed: 0 };
    // Shard 0's feeder does what belongs to no shard.
    const first = shards.includes(0);
    const cancel = async () => {
      if (!first) return;
      done.cancelled = await cancelForDeleted({ ...deps, closing });
    };
    const reclaim = async () => {
      done.takenBack = await checkLeases({ ...deps, findMissing: queues.missing, closing }, shards);
    };
    const release = async () => {
      const untilMs = performance.now() + RELEASE_MS_MAX;
      const mayGoOn = async () =>
        closing?.aborted !== true && performance.now() < untilMs && (await queues.hasRoom());
      const releasing = { ...deps, addDeliveries: queues.addDeliveries, mayGoOn };
      done.released = await releaseDue(releasing, new Set(shards));
    };
    const fill = async () => {
      const emptied = await noticeEmptied();
      const feedOwed = async () => {
        if (first) done.alertsFed = await feedAlerts(emptied);
      };
      await runEach((await queues.hasRoom()) ? [reclaim, feedOwed, release] : [reclaim]);
    };
    await runEach([cancel, fill]);
    return done;
  }

  async function noticeEmptied(): Promise<boolean> {
    if (!(await queues.wasEmptied())) return false;
    log.warn('the queues were emptied; everything that was in them is fed again from Postgres');
    await endAllLeases(database);
    // Only now: a crash before must not hide from the next tick that the queues are empty.
    await queues.acknowledgeEmptied();
    return true;
  }

  async function feedAlerts(emptied: boolean): Promise<number> {
    if (!emptied && (await queues.alertBacklog()) > BACKLOG_MAX) return 0;
    return feedOutbox(database, queues.addAlerts, { all: emptied });
  }

  return { tick };
}
