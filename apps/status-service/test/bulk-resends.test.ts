import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { ReleasedDelivery } from '@tocsin/contract';
import { inTransaction, type Microseconds, migrate } from '@tocsin/store';
import { pino } from 'pino';
import { askForResend, countForResend, type ResendAsk } from '../src/ask-for-resend.ts';
import { cancelForDeleted, expireOverdue } from '../src/close-deliveries.ts';
import { cancelResend, forgetEndedResends } from '../src/end-resends.ts';
import { createFeeder } from '../src/feeder.ts';
import { deliveryIdOf } from '../src/identity.ts';
import { countMatches, type DeliveryFilter, type MatchCount } from '../src/match-deliveries.ts';
import { createResendsReader } from '../src/read-resends.ts';
import { resend } from '../src/resend.ts';
import { type ResendBatch, resendBatch } from '../src/resend-batch.ts';
import { workOffResends } from '../src/work-off-resends.ts';
import { A, alertIds, B, createOpenQueues, createWorkbench, DAYS, type Workbench } from './workbench.ts';

const ID = '3f0c8f0e-2a55-4c1e-8f38-0f6d3f2a9c11';
const ACTOR = { keyId: 't', keyName: 'test' };
const OTHER_ID = '9c1f8b67-51a0-4f64-9d0a-7a3b9d0c2e22';

let bench: Workbench;

beforeEach(async () => {
  bench = await createWorkbench();
});

afterEach(async () => bench?.close());

const ask = (fields: Partial<ResendAsk> = {}): ResendAsk => ({
  id: null,
  destinationId: null,
  statuses: ['failed'],
  severityRanks: null,
  errorCodes: null,
  since: `${DAYS[0]}T00:00:00Z`,
  until: '2026-07-03T00:00:00Z',
  actor: ACTOR,
  ...fields,
});

const create = (fields: Partial<ResendAsk> = {}) =>
  askForResend({ database: bench.database, reads: bench.database }, ask(fields));
const count = async (fields: Partial<ResendAsk> = {}) =>
  (await countForResend(bench.database, ask(fields))).matched;
const view = (id: string) => createResendsReader(bench.database).find(id);

/** One batch, as the loop of a process does it. @returns the jobs that it added, null where there was no batch */
async function workOffBatch(
  batchSize: number,
  database = bench.database,
): Promise<ReleasedDelivery[] | null> {
  const added: ReleasedDelivery[] = [];
  const deps = {
    ...bench.commits,
    database,
    hasRoom: async () => true,
    addJobs: async (jobs: ReleasedDelivery[]) => void added.push(...jobs),
    log: pino({ level: 'silent' }),
  };
  return (await workOffResends(deps, batchSize)) ? added : null;
}

/** All batches there are. */
async function workOff(batchSize = 500, database = bench.database): Promise<ReleasedDelivery[]> {
  const added: ReleasedDelivery[] = [];
  for (;;) {
    const jobs = await workOffBatch(batchSize, database);
    if (jobs === null) return added;
    added.push(...jobs);
  }
}

const setDestination = (id: string, change: string) =>
  bench.database.pool.query(`UPDATE destinations SET ${change} WHERE id = $1`, [id]);

describe('a dry run', () => {
  beforeEach(async () => {
    await bench.deliver(alertIds(10, 'bad'), [A, B], { end: 'failed' });
    await bench.deliver(alertIds(5, 'good'), [A], { end: 'succeeded', day: DAYS[1] });
  });

  test('counts by state, destination and time of receipt, and changes nothing', async () => {
    expect(await count()).toBe(20);
    expect(await count({ destinationId: A })).toBe(10);
    expect(await count({ statuses: ['succeeded'] })).toBe(5);
    expect(await count({ statuses: ['failed', 'succeeded'], destinationId: A })).toBe(15);
    expect(await count({ statuses: ['cancelled'] })).toBe(0);
    expect(await createResendsReader(bench.database).list()).toEqual([]);
    expect(await bench.rounds()).toEqual({ '1 failed': 20, '1 succeeded': 5 });
  });

  test('takes what was received at since, and not what was received at until', async () => {
    const since = `${DAYS[0]}T00:00:03Z`;
    expect(await count({ since, until: `${DAYS[0]}T00:00:05Z` })).toBe(4);
    expect(await count({ since, until: `${DAYS[0]}T00:00:05.000001Z` })).toBe(6);
    expect(await count({ statuses: ['succeeded'], until: `${DAYS[1]}T00:00:00Z` })).toBe(0);
    expect(await count({ statuses: ['succeeded'], until: `${DAYS[1]}T02:00:02+02:00` })).toBe(2);
  });
});

describe('by severity and error', () => {
  test('only what matches both is counted and sent', async () => {
    await bench.deliver(alertIds(3, 'low'), [A], { end: 'failed' });
    await bench.deliver(alertIds(2, 'urgent'), [A], { end: 'failed', severity: 'CRITICAL' });
    await bench.database.pool.query(
      `UPDATE deliveries SET failure_code = 'timeout' WHERE alert_id LIKE '%-1'`,
    );
    expect(await count({ severityRanks: [0] })).toBe(2);
    expect(await count({ severityRanks: [0, 3] })).toBe(5);
    expect(await count({ errorCodes: ['timeout'] })).toBe(2);
    expect(await count({ errorCodes: ['http_status', 'expired'] })).toBe(3);
    const both = { severityRanks: [0], errorCodes: ['timeout'] };
    const { id, matched } = await create(both);
    expect(matched).toBe(1);
    expect(await create(both)).toEqual({ id, matched: 1, atLeast: false, isNew: false });
    expect(await create({ ...both, severityRanks: [3] })).toMatchObject({ isNew: true, matched: 1 });
    expect((await workOff()).map(({ alertId }) => alertId).sort()).toEqual(['low-1', 'urgent-1']);
    expect(await view(id)).toMatchObject({ severities: ['CRITICAL'], errorCodes: ['timeout'], resent: 1 });
  });
});

describe('what became of what was sent again', () => {
  test('is counted: delivered, under way, failed; also once it was sent again by others', async () => {
    await bench.deliver(alertIds(6), [A], { end: 'failed' });
    const { id } = await create();
    expect(await view(id)).toMatchObject({ outcome: { queued: 0, succeeded: 0, open: 0, failed: 0 } });
    const jobs = await workOff();
    await bench.answer(jobs.slice(0, 3), 'succeeded');
    await bench.answer(jobs.slice(3, 5), 'failed');
    const outcome = { queued: 6, succeeded: 3, open: 1, failed: 2 };
    expect(await view(id)).toMatchObject({ outcome });
    const other = await create({ statuses: ['failed', 'succeeded'] });
    const [first] = await workOff();
    await bench.answer([first!], 'failed');
    expect(await view(id)).toMatchObject({ outcome });
    expect(await view(other.id)).toMatchObject({ outcome: { queued: 5, succeeded: 0, open: 4, failed: 1 } });
  });
});

describe('how rounds end is counted by whoever ends them', () => {
  const outcomeOf = async (id: string) => (await view(id))?.outcome;

  test('as failed where they expire or are cancelled, and as delivered where the receiver took it all the same', async () => {
    await bench.deliver(alertIds(4), [A], { end: 'failed' });
    await bench.deliver(alertIds(2, 'other'), [B], { end: 'failed' });
    const { id } = await create();
    const jobs = await workOff();
    expect(await outcomeOf(id)).toEqual({ queued: 6, succeeded: 0, open: 6, failed: 0 });
    await setDestination(B, 'deleted_at = now()');
    await cancelForDeleted(bench.commits);
    expect(await outcomeOf(id)).toEqual({ queued: 6, succeeded: 0, open: 4, failed: 2 });
    await bench.database.pool.query(`UPDATE deliveries SET round_started_at = now() - interval '8 days'`);
    await expireOverdue(bench.commits, 7);
    expect(await outcomeOf(id)).toEqual({ queued: 6, succeeded: 0, open: 0, failed: 6 });
    const [first, second] = jobs.filter(({ destinationId }) => destinationId === A);
    await bench.answer([first!], 'succeeded');
    await bench.answer([first!], 'succeeded');
    expect(await outcomeOf(id)).toEqual({ queued: 6, succeeded: 1, open: 0, failed: 5 });
    const other = await create({ statuses: ['failed', 'succeeded'], destinationId: A });
    await workOff();
    // What is reported of an earlier round; the first of it once more.
    for (let times = 0; times < 2; times += 1) await bench.answer([first!, second!], 'succeeded');
    expect(await outcomeOf(id)).toEqual({ queued: 6, succeeded: 2, open: 0, failed: 4 });
    expect(await outcomeOf(other.id)).toEqual({ queued: 4, succeeded: 0, open: 4, failed: 0 });
  });

  test('so that it is known without the deliveries, and when they are no longer kept', async () => {
    await bench.deliver(alertIds(5), [A, B], { end: 'failed' });
    const { id } = await create();
    const jobs = await workOff(3);
    await bench.answer(jobs.slice(0, 6), 'succeeded');
    await bench.answer(jobs.slice(6, 9), 'failed');
    await bench.database.pool.query(
      'DELETE FROM attempts; DELETE FROM deliveries; DELETE FROM resend_rounds',
    );
    expect(await outcomeOf(id)).toEqual({ queued: 10, succeeded: 6, open: 1, failed: 3 });
  });

  test('and for those of an earlier version, by the migration', async () => {
    await bench.deliver(alertIds(6), [A, B], { end: 'failed' });
    const { id } = await create();
    const jobs = await workOff();
    await bench.answer(jobs.slice(0, 5), 'succeeded');
    await bench.answer(jobs.slice(5, 9), 'failed');
    const again = await create({ statuses: ['failed', 'succeeded'] });
    const [first] = await workOff();
    await bench.answer([first!], 'succeeded');
    const outcomes = [await outcomeOf(id), await outcomeOf(again.id)];
    expect(outcomes).toEqual([
      { queued: 12, succeeded: 5, open: 3, failed: 4 },
      { queued: 9, succeeded: 1, open: 8, failed: 0 },
    ]);
    await bench.database.pool.query(`
      DROP INDEX api_keys_in_order;
      DROP TABLE resend_outcomes;
      DROP INDEX resend_rounds_of_delivery;
      ALTER TABLE resend_rounds DROP COLUMN ended_as;
      ALTER TABLE resends DROP COLUMN matched_at_least;
      DELETE FROM kysely_migration WHERE name >= '0012'`);
    await migrate(bench.database);
    expect([await outcomeOf(id), await outcomeOf(again.id)]).toEqual(outcomes);
    await bench.answer(jobs.slice(9), 'succeeded');
    expect(await outcomeOf(id)).toEqual({ queued: 12, succeeded: 8, open: 0, failed: 4 });
  });
});

describe('more than are counted', () => {
  beforeEach(async () => {
    await bench.deliver(alertIds(6, 'bad'), [A, B], { end: 'failed' });
    await bench.deliver(alertIds(3, 'good'), [A], { end: 'succeeded', day: DAYS[1] });
  });

  const filterOf = (fields: Partial<DeliveryFilter> = {}): DeliveryFilter => ({
    destinationId: null,
    statuses: ['failed'],
    severityRanks: null,
    errorCodes: null,
    since: 0 as Microseconds,
    until: 4e15 as Microseconds,
    askedAt: 4e15 as Microseconds,
    ...fields,
  });

  test.each([
    [12, {}, { matched: 12, atLeast: false }],
    [11, {}, { matched: 11, atLeast: true }],
    [1, {}, { matched: 1, atLeast: true }],
    [6, { destinationId: B }, { matched: 6, atLeast: false }],
    [5, { destinationId: B }, { matched: 5, atLeast: true }],
    [15, { statuses: ['failed', 'succeeded'] }, { matched: 15, atLeast: false }],
    [13, { statuses: ['succeeded', 'failed'] }, { matched: 13, atLeast: true }],
    [12, { severityRanks: [0] }, { matched: 0, atLeast: false }],
    // All that were looked at are of another severity; there may be some beyond.
    [11, { severityRanks: [0] }, { matched: 0, atLeast: true }],
    [0, { statuses: ['cancelled'] }, { matched: 0, atLeast: false }],
  ] as [number, Partial<DeliveryFilter>, MatchCount][])(
    'are told as a bound: of %d looked at, by %j',
    async (lookedAtMax, fields, expected) => {
      expect(await countMatches(bench.database, filterOf(fields), lookedAtMax)).toEqual(expected);
    },
  );

  test('are all sent again, and then it is known how many there were', async () => {
    const { id } = await create();
    await bench.database.pool.query('UPDATE resends SET matched = 5, matched_at_least = true');
    expect(await view(id)).toMatchObject({ matched: 5, atLeast: true });
    await workOffBatch(4);
    expect(await view(id)).toMatchObject({ state: 'running', matched: 5, resent: 4, atLeast: true });
    await workOffBatch(4);
    expect(await view(id)).toMatchObject({ state: 'running', matched: 8, resent: 8, atLeast: true });
    await workOff(100);
    const end = await view(id);
    expect(end).toMatchObject({ state: 'done', matched: 12, resent: 12, skipped: 0 });
    expect(end).not.toHaveProperty('atLeast');
  });
});

describe('what was asked for', () => {
  test('is sent again, once each, over days and batches', async () => {
    await bench.deliver(alertIds(23, 'one'), [A, B], { end: 'failed' });
    await bench.deliver(alertIds(4, 'two'), [B], { end: 'failed', day: DAYS[1] });
    await bench.deliver(alertIds(3, 'good'), [A], { end: 'succeeded', day: DAYS[1] });
    const { id, matched, isNew } = await create();
    expect({ matched, isNew }).toEqual({ matched: 50, isNew: true });
    expect(await view(id)).toMatchObject({ state: 'running', matched: 50, resent: 0, skipped: 0 });
    const jobs = await workOff(7);
    expect(new Set(jobs.map((job) => job.deliveryId)).size).toBe(50);
    expect(jobs.every((job) => job.round === 2 && !job.isRetry)).toBe(true);
    expect(await bench.rounds()).toEqual({ '1 succeeded': 3, '2 pending': 50 });
    await bench.expectExactCounts();
    expect(await view(id)).toMatchObject({ state: 'done', matched: 50, resent: 50, skipped: 0 });
    await bench.answer(jobs, 'succeeded');
    expect(await bench.rounds()).toEqual({ '1 succeeded': 3, '2 succeeded': 50 });
    await bench.expectExactCounts();
  });

  test('takes free slots only, the most urgent first; the rest waits', async () => {
    await bench.deliver(alertIds(6, 'low'), [A], { end: 'failed' });
    await bench.deliver(alertIds(2, 'urgent'), [A], { end: 'failed', severity: 'CRITICAL', day: DAYS[1] });
    await setDestination(A, 'max_in_flight = 3');
    await create();
    const jobs = await workOff();
    expect(jobs.map((job) => job.severityRank)).toEqual([0, 0, 3]);
    await bench.expectExactCounts();
    await bench.answer(jobs, 'succeeded');
    expect(await bench.rounds()).toEqual({ '2 succeeded': 8 });
  });

  test('is what had ended by then: what fails later is not taken', async () => {
    await bench.deliver(alertIds(3, 'early'), [A], { end: 'failed' });
    const { id } = await create();
    await bench.deliver(alertIds(3, 'late'), [A], { end: 'failed', day: DAYS[1] });
    await workOff();
    expect(await bench.rounds()).toEqual({ '1 failed': 3, '2 pending': 3 });
    expect(await view(id)).toMatchObject({ state: 'done', matched: 3, resent: 3, skipped: 0 });
  });

  test('may be nothing', async () => {
    const { id, matched } = await create();
    expect(matched).toBe(0);
    expect(await workOff()).toEqual([]);
    expect(await view(id)).toMatchObject({ state: 'done', resent: 0, skipped: 0 });
  });

  test('waits in Postgres while the queues have no room', async () => {
    await bench.deliver(alertIds(3), [A], { end: 'failed' });
    await create();
    await inTransaction(bench.database, async (client) => {
      const batch = await resendBatch(client, { ...bench.commits, batchSize: 10 }, false);
      expect(batch?.released).toEqual([]);
    });
    expect(await bench.rounds()).toEqual({ '2 pending': 3 });
    await bench.expectExactCounts();
  });
});

describe('asked twice', () => {
  beforeEach(() => bench.deliver(alertIds(20), [A, B], { end: 'failed' }));

  test('with the same id it is the same job, also once that has ended', async () => {
    const first = await create({ id: ID });
    expect(await create({ id: ID })).toEqual({ ...first, isNew: false });
    await bench.answer(await workOff(), 'failed');
    expect(await create({ id: ID })).toEqual({ ...first, isNew: false });
    expect(await workOff()).toEqual([]);
    expect(await bench.rounds()).toEqual({ '2 failed': 40 });
  });

  test.each<[string, Partial<ResendAsk>]>([
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
    await bench.answer(await workOff(), 'failed');
    const second = await create(same);
    expect(second).toMatchObject({ isNew: true, matched: 40 });
    expect(second.id).not.toBe(first.id);
  });

  test('with an id of its own while the first is running, that id stands for the first from then on', async () => {
    const first = await create({ id: ID });
    expect(await create({ id: OTHER_ID })).toEqual({ ...first, isNew: false });
    await bench.answer(await workOff(), 'failed');
    expect(await create({ id: OTHER_ID })).toEqual({ ...first, isNew: false });
    await expect(create({ id: OTHER_ID, destinationId: A })).rejects.toMatchObject({ code: 'id_taken' });
    expect(await workOff()).toEqual([]);
  });

  test('by many at the same time, over several processes, it is one job', async () => {
    const databases = [bench.connect(), bench.connect()];
    const holder = await bench.database.pool.connect();
    await holder.query('BEGIN');
    // Nobody sees another's job before everybody is about to store one.
    await holder.query('LOCK TABLE resends IN SHARE MODE');
    const asking = databases.flatMap((database) =>
      [ID, null, null, OTHER_ID].map((id) => askForResend({ database, reads: database }, ask({ id }))),
    );
    await bench.blockedBy(holder, asking.length);
    await holder.query('COMMIT');
    holder.release();
    const asked = await Promise.all(asking);
    expect(asked.filter(({ isNew }) => isNew)).toHaveLength(1);
    expect(new Set(asked.map(({ id }) => id)).size).toBe(1);
    const jobs = await Promise.all(databases.map((database) => workOff(3, database)));
    expect(jobs.flat()).toHaveLength(40);
    expect(await view(asked[0]?.id ?? '')).toMatchObject({ state: 'done', resent: 40, skipped: 0 });
    expect(await bench.rounds()).toEqual({ '2 pending': 40 });
    await bench.expectExactCounts();
  });

  test('with filters that overlap, each delivery is sent once, though it fails again in between', async () => {
    const all = await create();
    const some = await create({ destinationId: B });
    const fewer = await create({ destinationId: B, until: `${DAYS[0]}T00:00:10Z` });
    expect([all.matched, some.matched, fewer.matched]).toEqual([40, 20, 10]);
    for (let jobs = await workOffBatch(3); jobs !== null; jobs = await workOffBatch(3)) {
      await bench.answer(jobs, 'failed');
    }
    expect(await bench.rounds()).toEqual({ '2 failed': 40 });
    const done = await Promise.all([all, some, fewer].map(({ id }) => view(id)));
    expect(done.map((job) => job?.state)).toEqual(['done', 'done', 'done']);
    expect(done.reduce((sum, job) => sum + (job?.resent ?? 0), 0)).toBe(40);
    expect(done.map((job) => (job?.resent ?? 0) + (job?.skipped ?? 0))).toEqual([40, 20, 10]);
    await bench.expectExactCounts();
  });

  test('and worked off by several processes at once, jobs that overlap send each delivery once', async () => {
    const databases = [bench.database, bench.connect(), bench.connect()];
    await Promise.all([create(), create({ destinationId: A }), create({ destinationId: B })]);
    const jobs = (await Promise.all(databases.map((database) => workOff(3, database)))).flat();
    expect(new Set(jobs.map((job) => job.deliveryId)).size).toBe(40);
    expect(jobs).toHaveLength(40);
    expect(await bench.rounds()).toEqual({ '2 pending': 40 });
    await bench.expectExactCounts();
  });
});

describe('a single resend in the middle', () => {
  const single = (alertId: string) =>
    resend(bench.commits, { actor: ACTOR, alertId, day: DAYS[0], destinationIds: [A] }, true);

  test('is not repeated by the job, whether it is under way or has failed again', async () => {
    await bench.deliver(alertIds(10), [A], { end: 'failed' });
    const { id } = await create();
    const { released } = await single('alert-3');
    await bench.answer(released, 'failed');
    await single('alert-4');
    expect(await workOff(2)).toHaveLength(8);
    const { rows } = await bench.database.pool.query('SELECT DISTINCT round FROM deliveries');
    expect(rows).toEqual([{ round: 2 }]);
    expect(await view(id)).toMatchObject({ state: 'done', matched: 10, resent: 8, skipped: 2 });
    await bench.expectExactCounts();
  });

  test('that holds the destination while the job waits for it is seen by the job', async () => {
    await bench.deliver(alertIds(10), [A], { end: 'failed' });
    const { id } = await create();
    // The job has chosen its page when it waits for this lock; the delivery changes before it gets it.
    const holder = await bench.database.pool.connect();
    await holder.query('BEGIN');
    await holder.query('SELECT FROM destination_health WHERE destination_id = $1 FOR UPDATE', [A]);
    const working = workOff();
    await holder.query(
      `UPDATE deliveries SET round = 2, round_started_at = now(), updated_at = now() WHERE id = $1`,
      [deliveryIdOf('alert-5', A)],
    );
    await bench.blockedBy(holder);
    await holder.query('COMMIT');
    holder.release();
    expect(await working).toHaveLength(9);
    expect(await view(id)).toMatchObject({ state: 'done', resent: 9, skipped: 1 });
  });
});

describe('destinations that are disabled or deleted', () => {
  beforeEach(() => bench.deliver(alertIds(6), [A, B], { end: 'failed' }));

  test.each(['enabled = false', 'deleted_at = now()'])('are passed over and counted (%s)', async (change) => {
    await setDestination(A, change);
    const { id, matched } = await create();
    expect(matched).toBe(12);
    const jobs = await workOff(4);
    expect(jobs).toHaveLength(6);
    expect(jobs.every((job) => job.destinationId === B)).toBe(true);
    expect(await view(id)).toMatchObject({ state: 'done', matched: 12, resent: 6, skipped: 6 });
    expect(await bench.rounds()).toEqual({ '1 failed': 6, '2 pending': 6 });
    await bench.expectExactCounts();
  });

  test.each([
    ['disabled', A, 'enabled = false'],
    ['deleted or unknown', A, 'deleted_at = now()'],
    ['deleted or unknown', ID, 'enabled = true'],
  ])('are refused as %s where they are what is asked for', async (state, destinationId, change) => {
    await setDestination(A, change);
    const refusal = { code: 'destination_unavailable', detail: expect.stringContaining(`is ${state}`) };
    await expect(create({ destinationId })).rejects.toMatchObject(refusal);
    await expect(count({ destinationId })).rejects.toMatchObject(refusal);
  });

  test('that become so in the middle are passed over from then on', async () => {
    const { id } = await create({ destinationId: A });
    await workOffBatch(2);
    await setDestination(A, 'enabled = false');
    await workOff(2);
    expect(await view(id)).toMatchObject({ state: 'done', matched: 6, resent: 2, skipped: 4 });
    expect(await create({ destinationId: B })).toMatchObject({ matched: 6 });
  });
});

describe('a job that a process works on', () => {
  beforeEach(async () => {
    await bench.deliver(alertIds(10, 'a'), [A], { end: 'failed' });
    await bench.deliver(alertIds(10, 'b'), [B], { end: 'failed' });
  });

  const inTheMiddle = (work: (batch: ResendBatch | null) => Promise<void>) =>
    inTransaction(bench.database, async (client) =>
      work(await resendBatch(client, { ...bench.commits, batchSize: 3 }, true)),
    );

  test('is left alone by others, who take another', async () => {
    const first = await create({ destinationId: A });
    await inTheMiddle(async (batch) => {
      expect(batch?.job.id).toBe(first.id);
      expect(await workOffBatch(3)).toBeNull();
      const second = await create({ destinationId: B });
      expect(await workOffBatch(3)).toHaveLength(3);
      expect(await view(second.id)).toMatchObject({ state: 'running', resent: 3 });
      expect(await view(first.id)).toMatchObject({ state: 'running', resent: 0 });
    });
    expect(await view(first.id)).toMatchObject({ state: 'running', resent: 3 });
  });

  test('takes turns with others that are running', async () => {
    const jobs = [await create({ destinationId: A }), await create({ destinationId: B })];
    for (let turn = 0; turn < 4; turn += 1) await workOffBatch(2);
    const views = await Promise.all(jobs.map(({ id }) => view(id)));
    expect(views.map((job) => job?.resent)).toEqual([4, 4]);
  });

  test('is cancelled once its batch is committed', async () => {
    const { id } = await create();
    let cancelling: Promise<boolean | null> | undefined;
    await inTheMiddle(async () => {
      cancelling = cancelResend(bench.database, id, ACTOR);
    });
    expect(await cancelling).toBe(true);
    expect(await view(id)).toMatchObject({ state: 'cancelled', resent: 3 });
    expect(await workOffBatch(3)).toBeNull();
  });
});

describe('an end before the end', () => {
  beforeEach(() => bench.deliver(alertIds(10), [A], { end: 'failed' }));

  test('comes by cancelling; what was sent by then stays so, and asking anew takes the rest', async () => {
    const { id } = await create();
    const sent = (await workOffBatch(4)) ?? [];
    expect(await cancelResend(bench.database, id, ACTOR)).toBe(true);
    expect(await workOffBatch(4)).toBeNull();
    expect(await view(id)).toMatchObject({ state: 'cancelled', matched: 10, resent: 4, skipped: 0 });
    expect(await bench.rounds()).toEqual({ '1 failed': 6, '2 pending': 4 });
    expect(await create()).toMatchObject({ isNew: true, matched: 6 });
    const rest = await workOff();
    expect(new Set([...sent, ...rest].map((job) => job.deliveryId)).size).toBe(10);
  });

  test('does not come to what has ended already, nor to what does not exist', async () => {
    const { id } = await create();
    await workOff();
    const before = await view(id);
    expect(await cancelResend(bench.database, id, ACTOR)).toBe(false);
    expect(await view(id)).toEqual(before);
    expect(await cancelResend(bench.database, OTHER_ID, ACTOR)).toBeNull();
  });

  test('of a batch that dies before its commit leaves all to the next, and none is lost or sent twice', async () => {
    const { id } = await create();
    await workOffBatch(3);
    const dying = inTransaction(bench.database, async (client) => {
      const batch = await resendBatch(client, { ...bench.commits, batchSize: 3 }, true);
      expect(batch?.job.resent).toBe(6);
      throw new Error('the process dies');
    });
    await expect(dying).rejects.toThrow('the process dies');
    expect(await bench.rounds()).toEqual({ '1 failed': 7, '2 pending': 3 });
    await bench.expectExactCounts();
    expect(await workOff(3, bench.connect())).toHaveLength(7);
    expect(await view(id)).toMatchObject({ state: 'done', resent: 10, skipped: 0 });
    expect(await bench.rounds()).toEqual({ '2 pending': 10 });
    await bench.expectExactCounts();
  });

  test('of a process between its commit and its jobs is made good by the feeder', async () => {
    await create();
    await inTransaction(bench.database, (client) =>
      resendBatch(client, { ...bench.commits, batchSize: 500 }, true),
    );
    await bench.database.pool.query('UPDATE deliveries SET lease_until = now()');
    const added: ReleasedDelivery[] = [];
    const queues = { ...createOpenQueues(added), missing: async (refs: unknown[]) => refs.map(() => true) };
    await createFeeder({ ...bench.commits, queues, log: pino({ level: 'silent' }) }).tick();
    expect(added.map(({ round, feed }) => ({ round, feed }))).toEqual(Array(10).fill({ round: 2, feed: 3 }));
  });
});

test('thousands are sent again with no more than a batch of them in memory at once', async () => {
  const batchSize = 500;
  await bench.deliver(alertIds(4_000), [A, B], { end: 'failed' });
  const { id, matched } = await create();
  expect(matched).toBe(8_000);
  let rowsMax = 0;
  let batches = 0;
  for (let more = true; more; batches += 1) {
    await inTransaction(bench.database, async (client) => {
      const counted = new Proxy(client, {
        get: (target, name) =>
          name !== 'query'
            ? Reflect.get(target, name)
            : async (text: string, values: unknown[]) => {
                const result = await target.query(text, values);
                rowsMax = Math.max(rowsMax, result.rows.length);
                return result;
              },
      });
      more = (await resendBatch(counted, { ...bench.commits, batchSize }, true)) !== null;
    });
  }
  expect({ rowsMax, batches }).toEqual({ rowsMax: batchSize, batches: 18 });
  expect(await view(id)).toMatchObject({ state: 'done', resent: 8_000, skipped: 0 });
  expect(await bench.rounds()).toEqual({ '2 pending': 8_000 });
  await bench.expectExactCounts();
});

test('bulk resends that ended before the retention are forgotten, running ones never', async () => {
  const ended = await create();
  await workOff();
  const running = await create({ destinationId: A });
  const age = (days: number) =>
    bench.database.pool.query(`UPDATE resends SET updated_at = now() - $1 * interval '1 day'`, [days]);
  await age(29.9);
  expect(await forgetEndedResends(bench.database, 30)).toBe(0);
  await age(30.1);
  expect(await forgetEndedResends(bench.database, 30)).toBe(1);
  expect(await view(ended.id)).toBeNull();
  expect(await view(running.id)).toMatchObject({ state: 'running' });
});

describe('one key', () => {
  const until = (n: number) => new Date(Date.UTC(2026, 6, 3) + n).toISOString();
  const anHourAgo = () =>
    bench.database.pool.query(`UPDATE resends SET created_at = created_at - interval '1 hour'`);

  test('has a hundred bulk resends under way at most, and no other is kept waiting by it', async () => {
    for (let n = 0; n < 100; n += 1) await create({ until: until(n) });
    await anHourAgo();
    await expect(create({ until: until(100) })).rejects.toMatchObject({ code: 'rate_limited', status: 429 });
    // One that is under way already is answered all the same.
    expect(await create({ until: until(0) })).toMatchObject({ isNew: false });
    expect(await create({ until: until(100), actor: 'anonymous' })).toMatchObject({ isNew: true });
    await workOff();
    expect(await create({ until: until(100) })).toMatchObject({ isNew: true });
  });

  test('starts 120 in a minute at most, though they end at once', async () => {
    for (let n = 0; n < 120; n += 1) {
      await create({ until: until(n) });
      await workOff();
    }
    await expect(create({ until: until(120) })).rejects.toMatchObject({ code: 'rate_limited', status: 429 });
    await anHourAgo();
    expect(await create({ until: until(120) })).toMatchObject({ isNew: true });
  });

  test('asks for one with a hundred further ids at most', async () => {
    const { id } = await create();
    const other = (n: number) => OTHER_ID.replace(/.{3}$/, String(100 + n));
    for (let n = 0; n < 100; n += 1) expect(await create({ id: other(n) })).toMatchObject({ id });
    await expect(create({ id: other(100) })).rejects.toMatchObject({ code: 'rate_limited', status: 429 });
    expect(await create({ id: other(7) })).toMatchObject({ id });
    expect(await create()).toMatchObject({ id });
  });
});

test('of bulk resends that ended, the newest are kept', async () => {
  const until = (n: number) => new Date(Date.UTC(2026, 6, 3) + n).toISOString();
  const ids: string[] = [];
  for (let n = 0; n < 4; n += 1) {
    ids.push((await create({ until: until(n) })).id);
    await workOff();
  }
  expect(await forgetEndedResends(bench.database, 30, 2)).toBe(2);
  const views = await Promise.all(ids.map(view));
  expect(views.map((found) => found !== null)).toEqual([false, false, true, true]);
});

test('what would be sent again is counted where reads have their place, and nothing of it where commits have theirs', async () => {
  const reads = bench.connect();
  const asked: { reads: string[]; commits: string[] } = { reads: [], commits: [] };
  for (const [where, { pool }] of [
    ['reads', reads],
    ['commits', bench.database],
  ] as const) {
    const query = pool.query.bind(pool) as (...given: unknown[]) => unknown;
    pool.query = ((text: string, ...given: unknown[]) => {
      asked[where].push(text);
      return query(text, ...given);
    }) as typeof pool.query;
  }
  await countForResend(reads, ask());
  await askForResend({ database: bench.database, reads }, ask());
  const counts = (texts: string[]) => texts.filter((text) => text.includes('FROM deliveries')).length;
  expect({ reads: counts(asked.reads), commits: counts(asked.commits) }).toEqual({ reads: 2, commits: 0 });
});
