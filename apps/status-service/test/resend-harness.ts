import { expect } from '@jest/globals';
import type { AttemptResult } from '@tocsin/contract';
import type { DispatchedDelivery, Outcome, Plan } from '@tocsin/status-gateway';
import { connectDatabase, type Database, type Transaction } from '@tocsin/store';
import { createTestDatabase, waitFor } from '@tocsin/testkit';
import { commitOutcomes, commitPlans, createCommits } from './commits.ts';

export const A = '8a14e590-96c5-48b1-bc7e-5025ad979f9e';
export const B = 'b383e752-440f-4454-8bae-1968eda65f9b';

/** Two days with partitions; what is received then is received a second after the other, from midnight on. */
export const DAYS = ['2026-07-01', '2026-07-02'] as const;

const SUCCEEDED: AttemptResult = {
  startedAt: '2026-07-01T00:00:00.000Z',
  durationMs: 1,
  timings: { dnsMs: null, connectMs: null, tlsMs: null, firstByteMs: null },
  address: null,
  statusCode: 200,
  responseBody: null,
  responseTruncated: false,
  repeated: false,
  location: null,
  responseContentType: null,
  retryAfterMs: null,
  error: null,
};
const FAILED: AttemptResult = {
  ...SUCCEEDED,
  statusCode: 500,
  error: { code: 'http_status', message: 'answered 500' },
};
export type End = 'succeeded' | 'failed';

export const outcomeOf = (job: DispatchedDelivery, end: End): Outcome => ({
  kind: 'attempted',
  deliveryId: job.deliveryId,
  day: job.day,
  destinationId: job.destinationId,
  round: job.round,
  dispatchNumber: job.dispatchNumber,
  number: 1,
  result: end === 'failed' ? FAILED : SUCCEEDED,
});

export type ResendHarness = Awaited<ReturnType<typeof createResendHarness>>;

/** A database of its own with two destinations that try once, and what it takes to bring deliveries to their end. */
export async function createResendHarness() {
  const adminUrl = process.env.TOCSIN_TEST_DATABASE_URL;
  if (adminUrl === undefined) throw new Error(process.env.TOCSIN_TEST_DATABASE_PROBLEM ?? 'no database');
  const home = await createTestDatabase(adminUrl, 'resends', { isMigrated: true });
  const opened: Database[] = [];

  /** As another process would have it. */
  function connect(): Database {
    const database = connectDatabase({
      databaseUrl: home.url,
      poolMax: 6,
      applicationName: 'test',
      log: { warn: () => undefined },
    });
    opened.push(database);
    return database;
  }

  const database = connect();
  const { pool } = database;
  await pool.query('SELECT ensure_partitions($1::date, $2)', [DAYS[0], DAYS.length]);
  await pool.query(
    `INSERT INTO destinations (id, display_name, url_origin, sealed_url, severities, alert_types, log_types, require_log_type, headers,
       include_context, enabled, timeout_ms, retry, max_in_flight)
     SELECT id, name, 'https://example.com', 'sealed', '{}', '{}', '{}', false, '[]', false, true, 1000, '{"maxRetries": 0}',
       10000
     FROM unnest($1::uuid[], $2::text[]) AS d(id, name)`,
    [
      [A, B],
      ['first', 'second'],
    ],
  );
  const commits = createCommits(database);

  async function receive(alertIds: string[], day: string): Promise<void> {
    await pool.query(
      `INSERT INTO alerts SELECT $2, id, $2::date::timestamp AT TIME ZONE 'UTC' + (place - 1) * interval '1 second', 3,
         'RULE', 'x', 'x', null, '{}', '{}', null, '{}'
       FROM unnest($1::text[]) WITH ORDINALITY AS a(id, place)`,
      [alertIds, day],
    );
  }

  /** Answers jobs, and those that their slots release, until none is left. */
  async function answer(jobs: DispatchedDelivery[], end: End): Promise<void> {
    for (let left = jobs; left.length > 0; ) {
      const batch = left.slice(0, 1_000);
      const outcomes = batch.map((job) => outcomeOf(job, end));
      const { released } = await commitOutcomes(commits, outcomes, true);
      left = [...left.slice(batch.length), ...released];
    }
  }

  /** Alerts that were received, routed, and delivered with this result. */
  async function deliver(
    alertIds: string[],
    destinationIds: string[],
    { end, day = DAYS[0], ...change }: { end: End; day?: string } & Partial<Plan>,
  ): Promise<void> {
    await receive(alertIds, day);
    for (let start = 0; start < alertIds.length; start += 1_000) {
      const plans = alertIds.slice(start, start + 1_000).map(
        (alertId): Plan => ({
          alertId,
          day,
          severity: 'LOW',
          isSystemError: false,
          decision: { rule: 'filters', destinationIds, skipped: [], notes: [] },
          ...change,
        }),
      );
      await answer(await commitPlans(commits, plans, true), end);
    }
  }

  /** How many deliveries stand in which round and state, as `round status`. */
  async function rounds(): Promise<Record<string, number>> {
    const { rows } = await pool.query<{ key: string; count: number }>(
      `SELECT round || ' ' || status AS key, count(*)::int AS count FROM deliveries GROUP BY 1 ORDER BY 1`,
    );
    return Object.fromEntries(rows.map(({ key, count }) => [key, count]));
  }

  /** Resolves once so many others wait for a lock that the client's transaction holds. */
  async function blockedBy(client: Transaction, others = 1): Promise<void> {
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    const blocked = 'SELECT FROM pg_stat_activity WHERE $1 = ANY(pg_blocking_pids(pid))';
    await waitFor(async () => (await pool.query(blocked, [rows[0]?.pid])).rows.length >= others, {
      describe: `${others} who wait for a lock`,
    });
  }

  /** The counts that are kept beside the deliveries are those of the deliveries. */
  async function expectExactCounts(): Promise<void> {
    const { rows } = await pool.query(
      `SELECT 'destination ' || h.destination_id AS wrong FROM destination_health h
       WHERE (waiting, queued, delayed) <> (
         SELECT count(*) FILTER (WHERE queue_state = 'waiting'), count(*) FILTER (WHERE queue_state = 'queued'),
           count(*) FILTER (WHERE queue_state = 'delayed')
         FROM deliveries d WHERE d.destination_id = h.destination_id)
       UNION ALL
       SELECT 'alert ' || r.alert_id FROM routings r
       WHERE (open_count, succeeded_count, failed_count, cancelled_count) <> (
         SELECT count(*) FILTER (WHERE d.status IN ('pending', 'retrying')),
           count(*) FILTER (WHERE d.status = 'succeeded'), count(*) FILTER (WHERE d.status = 'failed'),
           count(*) FILTER (WHERE d.status = 'cancelled')
         FROM deliveries d WHERE d.received_day = r.received_day AND d.alert_id = r.alert_id)`,
    );
    expect(rows).toEqual([]);
  }

  return {
    home,
    database,
    commits,
    connect,
    answer,
    deliver,
    rounds,
    blockedBy,
    expectExactCounts,
    async close() {
      await Promise.all(opened.map((one) => one.close()));
      await home.drop();
    },
  };
}

/** `count` ids of alerts. */
export function alertIds(count: number, prefix = 'alert'): string[] {
  return Array.from({ length: count }, (_, n) => `${prefix}-${n}`);
}

/** Queues that take everything and lose nothing; `queued` is what deliveries they were given. */
export function createOpenQueues(queued: DispatchedDelivery[]) {
  return {
    enqueueAlerts: async () => undefined,
    enqueueDeliveries: async (jobs: DispatchedDelivery[]) => void queued.push(...jobs),
    missing: async (refs: unknown[]) => refs.map(() => false),
    hasRoom: async () => true,
    state: async () => 'ok',
    onAvailable: () => undefined,
    wasEmptied: async () => false,
    acknowledgeEmptied: async () => undefined,
    alertBacklog: async () => 0,
  };
}
