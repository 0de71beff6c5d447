import { afterEach, beforeEach } from '@jest/globals';
import type { AlertJob } from '@tocsin/queues';
import type { DispatchedDelivery, Plan } from '@tocsin/status-gateway';
import type { Database } from '@tocsin/store';
import { pino } from 'pino';
import { createDispatcher } from '../src/dispatcher/dispatcher.ts';
import { type Commits, createCommits } from './commits.ts';
import { A, addDestination, B, createScene, planOf } from './scene.ts';

/** A database of its own with the destinations A, which has two slots, and B, which has a hundred. */
export interface Harness {
  database: Database;
  /** Today, by the database. */
  day: string;
  deps: Commits;
  plan(alertId: string, destinationIds: string[], change?: Partial<Plan>): Plan;
  counts(destinationId: string): Promise<{ waiting: number; queued: number; delayed: number }>;
  dispatcherWith(
    queues: ReturnType<typeof createQueues>,
    shards?: number,
  ): ReturnType<typeof createDispatcher>;
  /** Makes the partitions of a day so many days ago. @returns the day */
  makeDay(daysAgo: number): Promise<string>;
  /** Lets every lease run out. */
  endLeases(): Promise<unknown>;
  close(): Promise<void>;
}

export async function createHarness(): Promise<Harness> {
  const scene = await createScene('dispatching');
  const { database } = scene;
  const { pool } = database;
  const day = (await pool.query(`SELECT (now() AT TIME ZONE 'UTC')::date AS day`)).rows[0].day as string;
  const deps = createCommits(database);

  await addDestination(database, A, 'first', { maxInFlight: 2 });
  await addDestination(database, B, 'second', { maxInFlight: 100 });

  return {
    database,
    day,
    deps,
    plan: (alertId, destinationIds, change) => planOf({ alertId, day }, destinationIds, change),
    counts: async (id) =>
      (
        await pool.query(
          'SELECT waiting, queued, delayed FROM destination_health WHERE destination_id = $1',
          [id],
        )
      ).rows[0],
    dispatcherWith: (queues, shards = 1) =>
      createDispatcher({ ...createCommits(database, { shards }), queues, log: pino({ level: 'silent' }) }),
    makeDay: async (daysAgo) => {
      const { rows } = await pool.query<{ day: string }>(
        `SELECT made.day FROM (SELECT $1::date - $2::integer AS day) AS made, ensure_partitions(made.day, 1)`,
        [day, daysAgo],
      );
      return (rows[0] as { day: string }).day;
    },
    endLeases: () => pool.query('UPDATE deliveries SET lease_until = now() WHERE lease_until IS NOT NULL'),
    close: scene.close,
  };
}

/** Queues that keep what they are given, and lose the jobs that a test names. */
export function createQueues(
  state: { missing?: boolean; emptied?: boolean; backlog?: number; room?: boolean; full?: boolean } = {},
) {
  const deliveries: DispatchedDelivery[] = [];
  const alertIds: string[] = [];
  return {
    deliveries,
    alertIds,
    enqueueAlerts: async (jobs: AlertJob[]) => {
      alertIds.push(...jobs.flatMap((job) => job.alerts.map(({ id }) => id)));
    },
    enqueueDeliveries: async (jobs: DispatchedDelivery[]) => {
      deliveries.push(...jobs);
    },
    missing: async (refs: unknown[]) => refs.map(() => state.missing ?? false),
    hasRoom: async () => state.room ?? true,
    room: async () => {
      if (state.room ?? true) return 'ok' as const;
      return state.full ? ('full' as const) : ('unavailable' as const);
    },
    wasEmptied: async () => state.emptied ?? false,
    acknowledgeEmptied: async () => {
      state.emptied = false;
    },
    alertBacklog: async () => state.backlog ?? 0,
  };
}

/** A harness for each test of a file: made before it, closed after it. */
export function useHarness() {
  let harness: Harness;
  beforeEach(async () => {
    harness = await createHarness();
  });
  afterEach(() => harness?.close());
  return {
    get database() {
      return harness.database;
    },
    get day() {
      return harness.day;
    },
    deps: () => harness.deps,
    plan: ((...args) => harness.plan(...args)) as Harness['plan'],
    counts: (id: string) => harness.counts(id),
    dispatcherWith: ((...args) => harness.dispatcherWith(...args)) as Harness['dispatcherWith'],
    makeDay: (daysAgo: number) => harness.makeDay(daysAgo),
    endLeases: () => harness.endLeases(),
  };
}
