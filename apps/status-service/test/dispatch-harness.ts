import type { AttemptResult } from '@tocsin/contract';
import type { AlertJob } from '@tocsin/queues';
import type { DispatchedDelivery, Outcome, Plan } from '@tocsin/status-gateway';
import { connectDatabase, type Database } from '@tocsin/store';
import { createTestDatabase } from '@tocsin/testkit';
import { pino } from 'pino';
import { createDispatcher } from '../src/dispatcher/dispatcher.ts';
import { type Commits, createCommits } from './commits.ts';

export const A = '8a14e590-96c5-48b1-bc7e-5025ad979f9e';
export const B = 'b383e752-440f-4454-8bae-1968eda65f9b';

/** A database of its own with the destinations A, which has two slots, and B, which has a hundred. */
export interface Harness {
  database: Database;
  /** Today, by the database. */
  day: string;
  deps: Commits;
  addDestination(id: string, name: string, maxInFlight: number): Promise<void>;
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
  const adminUrl = process.env.TOCSIN_TEST_DATABASE_URL;
  if (adminUrl === undefined) throw new Error(process.env.TOCSIN_TEST_DATABASE_PROBLEM ?? 'no database');
  const home = await createTestDatabase(adminUrl, 'status', { isMigrated: true });
  const database = connectDatabase({
    databaseUrl: home.url,
    poolMax: 6,
    applicationName: 'test',
    log: { warn: () => undefined },
  });
  const { pool } = database;
  const day = (await pool.query(`SELECT (now() AT TIME ZONE 'UTC')::date AS day`)).rows[0].day as string;
  const deps = createCommits(database);

  async function addDestination(id: string, name: string, maxInFlight: number): Promise<void> {
    await pool.query(
      `INSERT INTO destinations (id, display_name, url_origin, sealed_url, severities, alert_types, log_types, require_log_type, headers,
         include_context, enabled, timeout_ms, retry, max_in_flight)
       VALUES ($1, $2, 'https://example.com', 'sealed', '{}', '{}', '{}', false, '[]', false, true, 1000, '{}', $3)`,
      [id, name, maxInFlight],
    );
  }
  await addDestination(A, 'first', 2);
  await addDestination(B, 'second', 100);

  return {
    database,
    day,
    deps,
    addDestination,
    plan: (alertId, destinationIds, change = {}) => ({
      alertId,
      day,
      severity: 'LOW',
      isSystemError: false,
      decision: { rule: 'filters', destinationIds, skipped: [], notes: [] },
      ...change,
    }),
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
    async close() {
      await database.close();
      await home.drop();
    },
  };
}

const RESULT: AttemptResult = {
  startedAt: '2026-07-01T00:00:00.000Z',
  durationMs: 1,
  timings: { dnsMs: null, connectMs: null, tlsMs: null, firstByteMs: null },
  address: null,
  statusCode: 200,
  responseBody: 'with \0 in it',
  responseTruncated: false,
  repeated: false,
  location: null,
  responseContentType: null,
  retryAfterMs: null,
  error: null,
};
export const FAILED: AttemptResult = {
  ...RESULT,
  statusCode: 500,
  error: { code: 'http_status', message: 'answered 500' },
};

/** What a worker reports for a job whose attempt it made. */
export const attempted = (job: DispatchedDelivery, number = 1, result = RESULT): Outcome => ({
  kind: 'attempted',
  deliveryId: job.deliveryId,
  day: job.day,
  destinationId: job.destinationId,
  round: job.round,
  dispatchNumber: job.dispatchNumber,
  number,
  result,
});

/** Queues that keep what they are given, and lose the jobs that a test names. */
export function createQueues(
  state: { missing?: boolean; emptied?: boolean; backlog?: number; room?: boolean } = {},
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
    wasEmptied: async () => state.emptied ?? false,
    acknowledgeEmptied: async () => {
      state.emptied = false;
    },
    alertBacklog: async () => state.backlog ?? 0,
  };
}
