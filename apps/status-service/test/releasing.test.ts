import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Severity } from '@tocsin/contract';
import type { DispatchedDelivery } from '@tocsin/status-gateway';
import { RELEASED_MAX } from '../src/commit/release.ts';
import { commitOutcomes, commitPlans } from './commits.ts';
import { createHarness, createQueues, type Harness } from './dispatch-harness.ts';
import { A, addDestination, attempted, B, calmFlows, FAILED } from './scene.ts';

const HOUR_MS = 3_600_000;

let harness: Harness;

beforeEach(async () => {
  harness = await createHarness();
});

afterEach(() => harness?.close());

/** Commits alerts while there is no room, so that all of them wait. */
async function letWait(destinationId: string, count: number, severity: Severity): Promise<void> {
  const plans = Array.from({ length: count }, (_, n) =>
    harness.plan(`${severity}-${destinationId}-${n}`, [destinationId], { severity }),
  );
  await commitPlans(harness.deps, plans, false);
}

async function setSlots(slots: number): Promise<void> {
  await harness.database.pool.query('UPDATE destinations SET max_in_flight = $1', [slots]);
  await calmFlows(harness.database);
}

describe('the dispatcher', () => {
  test('releases more in one go than fits into one transaction', async () => {
    await setSlots(10_000);
    await letWait(A, RELEASED_MAX + 100, 'LOW');
    const queues = createQueues();
    expect(await harness.dispatcherWith(queues).tick()).toMatchObject({ released: RELEASED_MAX + 100 });
    expect(queues.deliveries).toHaveLength(RELEASED_MAX + 100);
  });

  test('tells the queues how many are ahead of what has waited for long', async () => {
    await setSlots(10);
    const [direct] = await commitPlans(harness.deps, [harness.plan('direct', [B])], true);
    await letWait(B, 3, 'HIGH');
    await harness.database.pool.query(
      `UPDATE deliveries SET next_attempt_at = now() - interval '5 seconds' WHERE queue_state = 'waiting'`,
    );
    await letWait(B, 1, 'CRITICAL');
    const queues = createQueues();
    await harness.dispatcherWith(queues).tick();
    expect([direct, ...queues.deliveries].map((job) => job?.ahead)).toEqual([undefined, undefined, 2, 3, 4]);
  });

  test('puts the most urgent of all destinations first, whatever their ids', async () => {
    await setSlots(10_000);
    await letWait(A, RELEASED_MAX + 100, 'INFO');
    await letWait(B, 1, 'CRITICAL');
    const queues = createQueues();
    await harness.dispatcherWith(queues).tick();
    expect(queues.deliveries.map((job) => job.severityRank).slice(0, 3)).toEqual([0, 4, 4]);
  });

  test('puts them first among more destinations than it locks at once', async () => {
    const ids = Array.from(
      { length: 250 },
      (_, n) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
    );
    for (const [n, id] of ids.entries())
      await addDestination(harness.database, id, `number ${n}`, { maxInFlight: 10 });
    await commitPlans(harness.deps, [harness.plan('info', ids, { severity: 'INFO' })], false);
    await letWait(ids.at(-1) as string, 2, 'CRITICAL');
    await letWait(ids[7] as string, 1, 'HIGH');
    const queues = createQueues();
    expect(await harness.dispatcherWith(queues).tick()).toMatchObject({ released: 253 });
    expect(queues.deliveries.map((job) => job.severityRank).slice(0, 5)).toEqual([0, 0, 1, 4, 4]);
  });

  test('ends between two transactions when it is closed', async () => {
    await setSlots(10_000);
    await letWait(A, RELEASED_MAX + 100, 'LOW');
    const closing = new AbortController();
    const queues = createQueues();
    const dispatcher = harness.dispatcherWith({
      ...queues,
      enqueueDeliveries: async (jobs: DispatchedDelivery[]) => {
        closing.abort();
        await queues.enqueueDeliveries(jobs);
      },
    });
    expect(await dispatcher.tick(closing.signal)).toMatchObject({ released: RELEASED_MAX });
  });
});

test('what waited for a paused destination is released by the first tick after it was resumed', async () => {
  const { pool } = harness.database;
  const queues = createQueues();
  const [job] = await commitPlans(harness.deps, [harness.plan('before', [B])], true);
  await pool.query('UPDATE destinations SET paused = true');
  await commitPlans(harness.deps, [harness.plan('during', [A, B])], true);
  const { deliveryId, day, destinationId, round, dispatchNumber } = job as DispatchedDelivery;
  const skipped = { kind: 'skipped', deliveryId, day, destinationId, round, dispatchNumber } as const;
  await commitOutcomes(harness.deps, [skipped], true);
  expect(await harness.dispatcherWith(queues).tick()).toMatchObject({ released: 0 });
  expect(await harness.counts(A)).toEqual({ waiting: 1, queued: 0, delayed: 0 });
  expect(await harness.counts(B)).toEqual({ waiting: 2, queued: 0, delayed: 0 });
  await pool.query('UPDATE destinations SET paused = false');
  expect(await harness.dispatcherWith(queues).tick()).toMatchObject({ released: 3 });
  expect(queues.deliveries.map(({ isRetry }) => isRetry)).toEqual([false, false, false]);
});

describe('retries that wait in Postgres', () => {
  /** One that is due in an hour, or in as many milliseconds as the receiver asks for. */
  async function letRetryLater(alertId: string, retryAfterMs: number | null = null): Promise<void> {
    const retry = JSON.stringify({ baseDelayMs: HOUR_MS, maxDelayMs: HOUR_MS });
    await harness.database.pool.query('UPDATE destinations SET retry = $1', [retry]);
    const [job] = await commitPlans(harness.deps, [harness.plan(alertId, [B])], true);
    const result = { ...FAILED, retryAfterMs };
    const { verdicts } = await commitOutcomes(
      harness.deps,
      [attempted(job as DispatchedDelivery, 1, result)],
      true,
    );
    expect(verdicts).toEqual([{ kind: 'deferred', afterMs: expect.any(Number) }]);
  }

  const passTime = async (ms: number) => {
    const by = `interval '${ms} milliseconds'`;
    await harness.database.pool.query(`UPDATE deliveries SET next_attempt_at = next_attempt_at - ${by}`);
    await harness.database.pool.query(`UPDATE destination_health SET next_due_at = next_due_at - ${by}`);
  };

  /** By how much what is noted is earlier than what is due first; milliseconds. */
  const earliness = async () =>
    (
      await harness.database.pool.query(
        `SELECT extract(epoch FROM min(d.next_attempt_at) - h.next_due_at)::double precision * 1000 AS ms
         FROM deliveries d JOIN destination_health h USING (destination_id)
         WHERE d.queue_state = 'waiting' GROUP BY h.next_due_at`,
      )
    ).rows[0].ms as number;

  test('are released when their time has come, one after the other', async () => {
    await letRetryLater('a');
    await letRetryLater('b', 3 * HOUR_MS);
    expect(await earliness()).toBeCloseTo(0);
    const queues = createQueues();
    const dispatcher = harness.dispatcherWith(queues);
    expect(await dispatcher.tick()).toMatchObject({ released: 0 });
    await passTime(HOUR_MS);
    expect(await dispatcher.tick()).toMatchObject({ released: 1 });
    expect(queues.deliveries).toMatchObject([{ alertId: 'a', isRetry: true, dispatchNumber: 2 }]);
    expect(await earliness()).toBeCloseTo(0);
    expect(await dispatcher.tick()).toMatchObject({ released: 0 });
    await passTime(2 * HOUR_MS);
    expect(await dispatcher.tick()).toMatchObject({ released: 1 });
    expect(queues.deliveries.map((job) => job.alertId)).toEqual(['a', 'b']);
  });

  test('keep their destination neither locked nor written to while they are not due', async () => {
    await letRetryLater('a');
    const { pool } = harness.database;
    const version = async () => (await pool.query('SELECT xmin FROM destination_health')).rows;
    const before = await version();
    const other = await pool.connect();
    try {
      await other.query('BEGIN');
      await other.query('SELECT FROM destination_health FOR UPDATE');
      // Would wait for the lock, were it to take it.
      expect(await harness.dispatcherWith(createQueues()).tick()).toMatchObject({ released: 0 });
    } finally {
      await other.query('ROLLBACK');
      other.release();
    }
    expect(await version()).toEqual(before);
  });

  test('do not keep a new alert from being released at once after them', async () => {
    await letRetryLater('a', 3 * HOUR_MS);
    await commitPlans(harness.deps, [harness.plan('new', [B])], false);
    const queues = createQueues();
    await harness.dispatcherWith(queues).tick();
    expect(queues.deliveries).toMatchObject([{ alertId: 'new' }]);
    expect(await earliness()).toBeCloseTo(0);
  });

  test('follow the first attempts of all destinations, though they are due for longer', async () => {
    for (const alertId of ['a', 'b', 'c']) await letRetryLater(alertId);
    await passTime(2 * HOUR_MS);
    await letWait(A, 3, 'LOW');
    // Of three slots no more than two are kept for first attempts: the third stands for itself.
    await setSlots(3);
    const queues = createQueues();
    await harness.dispatcherWith(queues).tick();
    expect(queues.deliveries.map(({ isRetry }) => isRetry)).toEqual([false, false, false, true, true, true]);
  });

  test('are found by a dispatcher that does not know when they are due', async () => {
    await letRetryLater('a');
    await passTime(HOUR_MS);
    await harness.database.pool.query('UPDATE destination_health SET next_due_at = NULL');
    expect(await harness.dispatcherWith(createQueues()).tick()).toMatchObject({ released: 1 });
  });
});

test('a commit says which of its destinations have a backlog, until they have none', async () => {
  await setSlots(2);
  const { commit } = harness.deps;
  const plans = [1, 2, 3].map((n) => harness.plan(`alert-${n}`, n === 1 ? [A, B] : [A]));
  const planned = await commit('reports', { plans, outcomes: [] }, { hasRoom: true });
  expect(planned.hasBacklog).toEqual(
    new Map([
      [A, false],
      [B, false],
    ]),
  );
  // Not what waits for a moment, but what has been due for a while.
  await harness.database.pool.query(
    `UPDATE destination_health SET next_due_at = next_due_at - interval '1 s'`,
  );
  const more = harness.plan('alert-4', [A, B]);
  const later = await commit('reports', { plans: [more], outcomes: [] }, { hasRoom: true });
  expect([later.hasBacklog.get(A), later.hasBacklog.get(B)]).toEqual([true, false]);
  const outcomes = planned.jobs.map((job) => attempted(job));
  const ended = await commit('reports', { plans: [], outcomes }, { hasRoom: true });
  expect(ended.jobs.map(({ alertId }) => alertId)).toEqual(['alert-3', 'alert-4']);
  expect(ended.hasBacklog.get(A)).toBe(false);
});
