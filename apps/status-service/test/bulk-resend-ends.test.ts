import { beforeEach, describe, expect, test } from '@jest/globals';
import type { DispatchedDelivery } from '@tocsin/status-gateway';
import { pino } from 'pino';
import { createDispatcher } from '../src/dispatcher/dispatcher.ts';
import { cancelBulkResend, pruneEndedResends } from '../src/resends/end-bulk-resends.ts';
import { ACTOR, OTHER_ID, useBulkResends } from './bulk-resend-scenario.ts';
import { alertIds, createOpenQueues } from './resend-harness.ts';
import { A, B } from './scene.ts';

const scene = useBulkResends();
const { create, view, runAll, runBatch } = scene;

describe('a job that a process works on', () => {
  beforeEach(async () => {
    await scene.harness.deliver(alertIds(10, 'a'), [A], { end: 'failed' });
    await scene.harness.deliver(alertIds(10, 'b'), [B], { end: 'failed' });
  });

  /** Does something while a batch of deliveries to A is under way: it waits for A's lock, and goes on after it. */
  async function inTheMiddle(work: () => Promise<void>): Promise<void> {
    const holder = await scene.harness.database.pool.connect();
    await holder.query('BEGIN');
    await holder.query('SELECT FROM destination_health WHERE destination_id = $1 FOR UPDATE', [A]);
    const batch = runBatch(3);
    try {
      await scene.harness.blockedBy(holder);
      await work();
    } finally {
      await holder.query('COMMIT');
      holder.release();
    }
    expect(await batch).toHaveLength(3);
  }

  test('is left alone by others, who take another', async () => {
    const first = await create({ destinationId: A });
    await inTheMiddle(async () => {
      expect(await runBatch(3)).toBeNull();
      const second = await create({ destinationId: B });
      expect(await runBatch(3)).toHaveLength(3);
      expect(await view(second.id)).toMatchObject({ state: 'running', resent: 3 });
      expect(await view(first.id)).toMatchObject({ state: 'running', resent: 0 });
    });
    expect(await view(first.id)).toMatchObject({ state: 'running', resent: 3 });
  });

  test('takes turns with others that are running', async () => {
    const jobs = [await create({ destinationId: A }), await create({ destinationId: B })];
    for (let turn = 0; turn < 4; turn += 1) await runBatch(2);
    const views = await Promise.all(jobs.map(({ id }) => view(id)));
    expect(views.map((job) => job?.resent)).toEqual([4, 4]);
  });

  test('and fails each time lets the others have their turns', async () => {
    const bad = await create({ destinationId: A });
    const good = await create({ destinationId: B });
    await scene.harness.database.pool.query(`ALTER TABLE resend_rounds ADD CHECK (resend_id <> '${bad.id}')`);
    const states: (string | undefined)[] = [];
    for (let turn = 0; turn < 8; turn += 1) {
      await runBatch(5).catch(() => undefined);
      states.push((await view(good.id))?.state);
    }
    expect(states.at(-1)).toBe('done');
    expect(await view(bad.id)).toMatchObject({ state: 'running', resent: 0 });
    await scene.harness.expectExactCounts();
  });

  test('is cancelled once its batch is committed', async () => {
    const { id } = await create();
    let cancelling: Promise<boolean | null> | undefined;
    await inTheMiddle(async () => {
      cancelling = cancelBulkResend(scene.harness.database, id, ACTOR);
    });
    expect(await cancelling).toBe(true);
    expect(await view(id)).toMatchObject({ state: 'cancelled', resent: 3 });
    expect(await runBatch(3)).toBeNull();
  });
});

describe('an end before the end', () => {
  beforeEach(() => scene.harness.deliver(alertIds(10), [A], { end: 'failed' }));

  test('comes by cancelling; what was sent by then stays so, and asking anew takes the rest', async () => {
    const { id } = await create();
    const sent = (await runBatch(4)) ?? [];
    expect(await cancelBulkResend(scene.harness.database, id, ACTOR)).toBe(true);
    expect(await runBatch(4)).toBeNull();
    expect(await view(id)).toMatchObject({ state: 'cancelled', matched: 10, resent: 4, skipped: 0 });
    expect(await scene.harness.rounds()).toEqual({ '1 failed': 6, '2 pending': 4 });
    expect(await create()).toMatchObject({ isNew: true, matched: 6 });
    const rest = await runAll();
    expect(new Set([...sent, ...rest].map((job) => job.deliveryId)).size).toBe(10);
  });

  test('does not come to what has ended already, nor to what does not exist', async () => {
    const { id } = await create();
    await runAll();
    const before = await view(id);
    expect(await cancelBulkResend(scene.harness.database, id, ACTOR)).toBe(false);
    expect(await view(id)).toEqual(before);
    expect(await cancelBulkResend(scene.harness.database, OTHER_ID, ACTOR)).toBeNull();
  });

  test('of a batch that dies before its commit leaves all to the next, and none is lost or sent twice', async () => {
    const { id } = await create();
    await runBatch(3);
    await scene.harness.database.pool.query(`
      CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN RAISE 'the process dies after % were resent', NEW.resent; END $$;
      CREATE CONSTRAINT TRIGGER die AFTER UPDATE OF resent ON resends DEFERRABLE INITIALLY DEFERRED
      FOR EACH ROW EXECUTE FUNCTION die()`);
    await expect(runBatch(3)).rejects.toThrow('the process dies after 6 were resent');
    await scene.harness.database.pool.query('DROP TRIGGER die ON resends');
    expect(await scene.harness.rounds()).toEqual({ '1 failed': 7, '2 pending': 3 });
    await scene.harness.expectExactCounts();
    expect(await runAll(3, scene.harness.connect())).toHaveLength(7);
    expect(await view(id)).toMatchObject({ state: 'done', resent: 10, skipped: 0 });
    expect(await scene.harness.rounds()).toEqual({ '2 pending': 10 });
    await scene.harness.expectExactCounts();
  });

  test('of a process between its commit and its jobs is made good by the dispatcher', async () => {
    await create();
    await scene.harness.commits.commit('resendBatch', { size: 500 }, { hasRoom: true });
    await scene.harness.database.pool.query('UPDATE deliveries SET lease_until = now()');
    const added: DispatchedDelivery[] = [];
    const queues = { ...createOpenQueues(added), missing: async (refs: unknown[]) => refs.map(() => true) };
    await createDispatcher({ ...scene.harness.commits, queues, log: pino({ level: 'silent' }) }).tick();
    expect(added.map(({ round, dispatchNumber }) => ({ round, dispatchNumber }))).toEqual(
      Array(10).fill({ round: 2, dispatchNumber: 3 }),
    );
  });
});

test('bulk resends that ended before the retention are pruned, running ones never', async () => {
  const ended = await create();
  await runAll();
  const running = await create({ destinationId: A });
  const age = (days: number) =>
    scene.harness.database.pool.query(`UPDATE resends SET updated_at = now() - $1 * interval '1 day'`, [
      days,
    ]);
  await age(29.9);
  expect(await pruneEndedResends(scene.harness.database, 30)).toBe(0);
  await age(30.1);
  expect(await pruneEndedResends(scene.harness.database, 30)).toBe(1);
  expect(await view(ended.id)).toBeNull();
  expect(await view(running.id)).toMatchObject({ state: 'running' });
});

test('of bulk resends that ended, the newest are kept', async () => {
  const until = (n: number) => new Date(Date.UTC(2026, 6, 3) + n).toISOString();
  const ids: string[] = [];
  for (let n = 0; n < 4; n += 1) {
    ids.push((await create({ until: until(n) })).id);
    await runAll();
  }
  expect(await pruneEndedResends(scene.harness.database, 30, 2)).toBe(2);
  const views = await Promise.all(ids.map(view));
  expect(views.map((found) => found !== null)).toEqual([false, false, true, true]);
});
