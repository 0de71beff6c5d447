import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Database, Transaction } from '@tocsin/store';
import { deliveryIdOf } from '../src/delivery/delivery-row.ts';
import { ACTOR, ID, useBulkResends } from './bulk-resend-scenario.ts';
import { createCommits, resend } from './commits.ts';
import { alertIds, DAYS } from './resend-harness.ts';
import { A, B } from './scene.ts';

const scene = useBulkResends();
const { create, count, view, runAll, runBatch, setDestination } = scene;

describe('what was requested', () => {
  test('is sent again, once each, over days and batches', async () => {
    await scene.harness.deliver(alertIds(23, 'one'), [A, B], { end: 'failed' });
    await scene.harness.deliver(alertIds(4, 'two'), [B], { end: 'failed', day: DAYS[1] });
    await scene.harness.deliver(alertIds(3, 'good'), [A], { end: 'succeeded', day: DAYS[1] });
    const { id, matched, isNew } = await create();
    expect({ matched, isNew }).toEqual({ matched: 50, isNew: true });
    expect(await view(id)).toMatchObject({ state: 'running', matched: 50, resent: 0, skipped: 0 });
    const jobs = await runAll(7);
    expect(new Set(jobs.map((job) => job.deliveryId)).size).toBe(50);
    expect(jobs.every((job) => job.round === 2 && !job.isRetry)).toBe(true);
    expect(await scene.harness.rounds()).toEqual({ '1 succeeded': 3, '2 pending': 50 });
    await scene.harness.expectExactCounts();
    expect(await view(id)).toMatchObject({ state: 'done', matched: 50, resent: 50, skipped: 0 });
    await scene.harness.answer(jobs, 'succeeded');
    expect(await scene.harness.rounds()).toEqual({ '1 succeeded': 3, '2 succeeded': 50 });
    await scene.harness.expectExactCounts();
  });

  test('takes free slots only, the most urgent first; the rest waits', async () => {
    await scene.harness.deliver(alertIds(6, 'low'), [A], { end: 'failed' });
    await scene.harness.deliver(alertIds(2, 'urgent'), [A], {
      end: 'failed',
      severity: 'CRITICAL',
      day: DAYS[1],
    });
    await setDestination(A, 'max_in_flight = 3');
    await create();
    const jobs = await runAll();
    expect(jobs.map((job) => job.severityRank)).toEqual([0, 0, 3]);
    await scene.harness.expectExactCounts();
    await scene.harness.answer(jobs, 'succeeded');
    expect(await scene.harness.rounds()).toEqual({ '2 succeeded': 8 });
  });

  test('is what had ended by then: what fails later is not taken', async () => {
    await scene.harness.deliver(alertIds(3, 'early'), [A], { end: 'failed' });
    const { id } = await create();
    await scene.harness.deliver(alertIds(3, 'late'), [A], { end: 'failed', day: DAYS[1] });
    await runAll();
    expect(await scene.harness.rounds()).toEqual({ '1 failed': 3, '2 pending': 3 });
    expect(await view(id)).toMatchObject({ state: 'done', matched: 3, resent: 3, skipped: 0 });
  });

  test('is found at a bounded cost for each batch, also where few of many match', async () => {
    await scene.harness.deliver(alertIds(4_500, 'common'), [A], { end: 'succeeded' });
    await scene.harness.deliver(alertIds(2, 'rare'), [A], {
      ...{ end: 'succeeded', severity: 'CRITICAL', day: DAYS[1] },
    });
    const { id } = await create({ statuses: ['succeeded'], severityRanks: [0] });
    const batches: number[] = [];
    for (let jobs = await runBatch(500); jobs !== null; jobs = await runBatch(500)) batches.push(jobs.length);
    expect(batches).toEqual([...Array(9).fill(0), 2]);
    expect(await view(id)).toMatchObject({ state: 'done', matched: 2, resent: 2, skipped: 0 });
  });

  test('may be nothing', async () => {
    const { id, matched } = await create();
    expect(matched).toBe(0);
    expect(await runAll()).toEqual([]);
    expect(await view(id)).toMatchObject({ state: 'done', resent: 0, skipped: 0 });
  });

  test('waits in Postgres while the queues have no room', async () => {
    await scene.harness.deliver(alertIds(3), [A], { end: 'failed' });
    await create();
    expect(
      (await scene.harness.commits.commit('resendBatch', { size: 10 }, { hasRoom: false })).jobs,
    ).toEqual([]);
    expect(await scene.harness.rounds()).toEqual({ '2 pending': 3 });
    await scene.harness.expectExactCounts();
  });
});

describe('a single resend in the middle', () => {
  const single = (alertId: string) =>
    resend(scene.harness.commits, { actor: ACTOR, alertId, day: DAYS[0], destinationIds: [A] }, true);

  test('is not repeated by the job, whether it is under way or has failed again', async () => {
    await scene.harness.deliver(alertIds(10), [A], { end: 'failed' });
    const { id } = await create();
    const { released } = await single('alert-3');
    await scene.harness.answer(released, 'failed');
    await single('alert-4');
    expect(await runAll(2)).toHaveLength(8);
    const { rows } = await scene.harness.database.pool.query('SELECT DISTINCT round FROM deliveries');
    expect(rows).toEqual([{ round: 2 }]);
    expect(await view(id)).toMatchObject({ state: 'done', matched: 10, resent: 8, skipped: 2 });
    await scene.harness.expectExactCounts();
  });

  test('that holds the destination while the job waits for it is seen by the job', async () => {
    await scene.harness.deliver(alertIds(10), [A], { end: 'failed' });
    const { id } = await create();
    // The job has chosen its page when it waits for this lock; the delivery changes before it gets it.
    const holder = await scene.harness.database.pool.connect();
    await holder.query('BEGIN');
    await holder.query('SELECT FROM destination_health WHERE destination_id = $1 FOR UPDATE', [A]);
    const working = runAll();
    await holder.query(
      `UPDATE deliveries SET round = 2, round_started_at = now(), updated_at = now() WHERE id = $1`,
      [deliveryIdOf('alert-5', A)],
    );
    await scene.harness.blockedBy(holder);
    await holder.query('COMMIT');
    holder.release();
    expect(await working).toHaveLength(9);
    expect(await view(id)).toMatchObject({ state: 'done', resent: 9, skipped: 1 });
  });
});

describe('destinations that are disabled or deleted', () => {
  beforeEach(() => scene.harness.deliver(alertIds(6), [A, B], { end: 'failed' }));

  test.each(['enabled = false', 'deleted_at = now()'])('are passed over and counted (%s)', async (change) => {
    await setDestination(A, change);
    const { id, matched } = await create();
    expect(matched).toBe(12);
    const jobs = await runAll(4);
    expect(jobs).toHaveLength(6);
    expect(jobs.every((job) => job.destinationId === B)).toBe(true);
    expect(await view(id)).toMatchObject({ state: 'done', matched: 12, resent: 6, skipped: 6 });
    expect(await scene.harness.rounds()).toEqual({ '1 failed': 6, '2 pending': 6 });
    await scene.harness.expectExactCounts();
  });

  test.each([
    ['disabled', A, 'enabled = false'],
    ['deleted or unknown', A, 'deleted_at = now()'],
    ['deleted or unknown', ID, 'enabled = true'],
  ])('are refused as %s where they are what is requested', async (state, destinationId, change) => {
    await setDestination(A, change);
    const refusal = { code: 'destination_unavailable', detail: expect.stringContaining(`is ${state}`) };
    await expect(create({ destinationId })).rejects.toMatchObject(refusal);
    await expect(count({ destinationId })).rejects.toMatchObject(refusal);
  });

  test('that become so in the middle are passed over from then on', async () => {
    const { id } = await create({ destinationId: A });
    await runBatch(2);
    await setDestination(A, 'enabled = false');
    await runAll(2);
    expect(await view(id)).toMatchObject({ state: 'done', matched: 6, resent: 2, skipped: 4 });
    expect(await create({ destinationId: B })).toMatchObject({ matched: 6 });
  });
});

test('thousands are sent again with no more than a batch of them in memory at once', async () => {
  const batchSize = 500;
  await scene.harness.deliver(alertIds(4_000), [A, B], { end: 'failed' });
  const { id, matched } = await create();
  expect(matched).toBe(8_000);
  let rowsMax = 0;
  const { database } = scene.harness;
  const counting = (client: Transaction) =>
    new Proxy(client, {
      get: (target, name) =>
        name !== 'query'
          ? Reflect.get(target, name)
          : async (text: string, values: unknown[]) => {
              const result = await target.query(text, values);
              rowsMax = Math.max(rowsMax, result.rows.length);
              return result;
            },
    });
  const pool = { connect: async () => counting(await database.pool.connect()) };
  const { commit } = createCommits({ ...database, pool } as unknown as Database);
  let batches = 1;
  while ((await commit('resendBatch', { size: batchSize }, { hasRoom: true })).result !== null) batches += 1;
  expect({ rowsMax, batches }).toEqual({ rowsMax: batchSize, batches: 18 });
  expect(await view(id)).toMatchObject({ state: 'done', resent: 8_000, skipped: 0 });
  expect(await scene.harness.rounds()).toEqual({ '2 pending': 8_000 });
  await scene.harness.expectExactCounts();
});
