import { expect } from '@jest/globals';
import type { DispatchedDelivery, Outcome, Plan } from '@tocsin/status-gateway';
import type { Transaction } from '@tocsin/store';
import { waitFor } from '@tocsin/testkit';
import { commitOutcomes, commitPlans, createCommits } from './commits.ts';
import {
  A,
  addDestination,
  attempted,
  B,
  calmFlows,
  createScene,
  FAILED,
  planOf,
  SUCCEEDED,
} from './scene.ts';

/** Two days with partitions; what is received then is received a second after the other, from midnight on. */
export const DAYS = ['2026-07-01', '2026-07-02'] as const;

export type End = 'succeeded' | 'failed';

/** What a worker reports of the only attempt. */
export const outcomeOf = (job: DispatchedDelivery, end: End): Outcome =>
  attempted(job, 1, end === 'failed' ? FAILED : SUCCEEDED);

export type ResendHarness = Awaited<ReturnType<typeof createResendHarness>>;

/** A database of its own with two destinations that try once, and what it takes to bring deliveries to their end. */
export async function createResendHarness() {
  const scene = await createScene('resends');
  const { database } = scene;
  const { pool } = database;
  await pool.query('SELECT ensure_partitions($1::date, $2)', [DAYS[0], DAYS.length]);
  const settings = { maxInFlight: 10_000, maxRetries: 0 };
  await addDestination(database, A, 'first', settings);
  await addDestination(database, B, 'second', settings);
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
      await calmFlows(database);
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
      const plans = alertIds
        .slice(start, start + 1_000)
        .map((alertId) => planOf({ alertId, day }, destinationIds, change));
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
    url: scene.url,
    database,
    commits,
    connect: scene.connect,
    answer,
    deliver,
    rounds,
    blockedBy,
    expectExactCounts,
    close: scene.close,
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
    room: async () => 'ok' as const,
    depths: async () => [],
    state: async () => 'ok',
    onAvailable: () => undefined,
    wasEmptied: async () => false,
    acknowledgeEmptied: async () => undefined,
    alertBacklog: async () => 0,
  };
}
