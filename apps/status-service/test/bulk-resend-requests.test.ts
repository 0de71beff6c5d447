import { beforeEach, describe, expect, test } from '@jest/globals';
import { type BulkResendRequest, requestBulkResend } from '../src/resends/request-bulk-resend.ts';
import { ID, OTHER_ID, useBulkResends } from './bulk-resend-scenario.ts';
import { alertIds, DAYS } from './resend-harness.ts';
import { A, B } from './scene.ts';

const scene = useBulkResends();
const { ask, requestDeps, create, view, runAll, runBatch } = scene;

describe('asked twice', () => {
  beforeEach(() => scene.harness.deliver(alertIds(20), [A, B], { end: 'failed' }));

  test('with the same id it is the same job, also once that has ended', async () => {
    const first = await create({ id: ID });
    expect(await create({ id: ID })).toEqual({ ...first, isNew: false });
    await scene.harness.answer(await runAll(), 'failed');
    expect(await create({ id: ID })).toEqual({ ...first, isNew: false });
    expect(await runAll()).toEqual([]);
    expect(await scene.harness.rounds()).toEqual({ '2 failed': 40 });
  });

  test.each<[string, Partial<BulkResendRequest>]>([
    ['destination', { destinationId: A }],
    ['state', { statuses: ['failed', 'succeeded'] }],
    ['beginning', { since: `${DAYS[0]}T00:00:00.000001Z` }],
    ['end', { until: `${DAYS[1]}T00:00:00Z` }],
  ])('with the same id and another %s it is refused', async (_, change) => {
    await create({ id: ID });
    await expect(create({ id: ID, ...change })).rejects.toMatchObject({ code: 'id_taken' });
  });

  test('while the first is running it is the first, whatever offset the times are written with', async () => {
    const first = await create();
    const same = { since: '2026-07-01T02:00:00+02:00', until: '2026-07-03T00:00:00.000Z' };
    expect(await create(same)).toEqual({ ...first, isNew: false });
    await scene.harness.answer(await runAll(), 'failed');
    const second = await create(same);
    expect(second).toMatchObject({ isNew: true, matched: 40 });
    expect(second.id).not.toBe(first.id);
  });

  test('with an id of its own while the first is running, that id stands for the first from then on', async () => {
    const first = await create({ id: ID });
    expect(await create({ id: OTHER_ID })).toEqual({ ...first, isNew: false });
    await scene.harness.answer(await runAll(), 'failed');
    expect(await create({ id: OTHER_ID })).toEqual({ ...first, isNew: false });
    await expect(create({ id: OTHER_ID, destinationId: A })).rejects.toMatchObject({ code: 'id_taken' });
    expect(await runAll()).toEqual([]);
  });

  test('by many at the same time, over several processes, it is one job', async () => {
    const databases = [scene.harness.connect(), scene.harness.connect()];
    const holder = await scene.harness.database.pool.connect();
    await holder.query('BEGIN');
    // Nobody sees another's job before everybody is about to store one.
    await holder.query('LOCK TABLE resends IN SHARE MODE');
    const asking = databases.flatMap((database) =>
      [ID, null, null, OTHER_ID].map((id) => requestBulkResend(requestDeps(database), ask({ id }))),
    );
    await scene.harness.blockedBy(holder, asking.length);
    await holder.query('COMMIT');
    holder.release();
    const asked = await Promise.all(asking);
    expect(asked.filter(({ isNew }) => isNew)).toHaveLength(1);
    expect(new Set(asked.map(({ id }) => id)).size).toBe(1);
    const jobs = await Promise.all(databases.map((database) => runAll(3, database)));
    expect(jobs.flat()).toHaveLength(40);
    expect(await view(asked[0]?.id ?? '')).toMatchObject({ state: 'done', resent: 40, skipped: 0 });
    expect(await scene.harness.rounds()).toEqual({ '2 pending': 40 });
    await scene.harness.expectExactCounts();
  });

  test('with filters that overlap, each delivery is sent once, though it fails again in between', async () => {
    const all = await create();
    const some = await create({ destinationId: B });
    const fewer = await create({ destinationId: B, until: `${DAYS[0]}T00:00:10Z` });
    expect([all.matched, some.matched, fewer.matched]).toEqual([40, 20, 10]);
    for (let jobs = await runBatch(3); jobs !== null; jobs = await runBatch(3)) {
      await scene.harness.answer(jobs, 'failed');
    }
    expect(await scene.harness.rounds()).toEqual({ '2 failed': 40 });
    const done = await Promise.all([all, some, fewer].map(({ id }) => view(id)));
    expect(done.map((job) => job?.state)).toEqual(['done', 'done', 'done']);
    expect(done.reduce((sum, job) => sum + (job?.resent ?? 0), 0)).toBe(40);
    expect(done.map((job) => (job?.resent ?? 0) + (job?.skipped ?? 0))).toEqual([40, 20, 10]);
    await scene.harness.expectExactCounts();
  });

  test('and run by several processes at once, jobs that overlap send each delivery once', async () => {
    const databases = [scene.harness.database, scene.harness.connect(), scene.harness.connect()];
    await Promise.all([create(), create({ destinationId: A }), create({ destinationId: B })]);
    const jobs = (await Promise.all(databases.map((database) => runAll(3, database)))).flat();
    expect(new Set(jobs.map((job) => job.deliveryId)).size).toBe(40);
    expect(jobs).toHaveLength(40);
    expect(await scene.harness.rounds()).toEqual({ '2 pending': 40 });
    await scene.harness.expectExactCounts();
  });
});

describe('one key', () => {
  const until = (n: number) => new Date(Date.UTC(2026, 6, 3) + n).toISOString();
  const anHourAgo = () =>
    scene.harness.database.pool.query(`UPDATE resends SET created_at = created_at - interval '1 hour'`);

  test('has a hundred bulk resends under way at most, and no other is kept waiting by it', async () => {
    for (let n = 0; n < 100; n += 1) await create({ until: until(n) });
    await anHourAgo();
    await expect(create({ until: until(100) })).rejects.toMatchObject({ code: 'rate_limited', status: 429 });
    // One that is under way already is answered all the same.
    expect(await create({ until: until(0) })).toMatchObject({ isNew: false });
    expect(await create({ until: until(100), actor: 'anonymous' })).toMatchObject({ isNew: true });
    await runAll();
    expect(await create({ until: until(100) })).toMatchObject({ isNew: true });
  });

  test('starts 120 in a minute at most, though they end at once', async () => {
    for (let n = 0; n < 120; n += 1) {
      await create({ until: until(n) });
      await runAll();
    }
    await expect(create({ until: until(120) })).rejects.toMatchObject({ code: 'rate_limited', status: 429 });
    await anHourAgo();
    expect(await create({ until: until(120) })).toMatchObject({ isNew: true });
  });

  test('requests one with a hundred further ids at most', async () => {
    const { id } = await create();
    const other = (n: number) => OTHER_ID.replace(/.{3}$/, String(100 + n));
    for (let n = 0; n < 100; n += 1) expect(await create({ id: other(n) })).toMatchObject({ id });
    await expect(create({ id: other(100) })).rejects.toMatchObject({ code: 'rate_limited', status: 429 });
    expect(await create({ id: other(7) })).toMatchObject({ id });
    expect(await create()).toMatchObject({ id });
  });
});
