import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Microseconds } from '@tocsin/store';
import { type CountedMatches, countMatches, type DeliveryFilter } from '../src/delivery/match-deliveries.ts';
import { cancelForDeleted } from '../src/dispatcher/cancel-for-deleted.ts';
import { expireOverdue } from '../src/maintenance/expire-deliveries.ts';
import { createResendsReader } from '../src/resends/read-bulk-resends.ts';
import { countForBulkResend, requestBulkResend } from '../src/resends/request-bulk-resend.ts';
import { useBulkResends } from './bulk-resend-scenario.ts';
import { alertIds, DAYS } from './resend-harness.ts';
import { A, B } from './scene.ts';

const scene = useBulkResends();
const { ask, requestDeps, create, count, view, runAll, runBatch, setDestination } = scene;

describe('a dry run', () => {
  beforeEach(async () => {
    await scene.harness.deliver(alertIds(10, 'bad'), [A, B], { end: 'failed' });
    await scene.harness.deliver(alertIds(5, 'good'), [A], { end: 'succeeded', day: DAYS[1] });
  });

  test('counts by state, destination and time of receipt, and changes nothing', async () => {
    expect(await count()).toBe(20);
    expect(await count({ destinationId: A })).toBe(10);
    expect(await count({ statuses: ['succeeded'] })).toBe(5);
    expect(await count({ statuses: ['failed', 'succeeded'], destinationId: A })).toBe(15);
    expect(await count({ statuses: ['cancelled'] })).toBe(0);
    expect(await createResendsReader(scene.harness.database).list()).toEqual([]);
    expect(await scene.harness.rounds()).toEqual({ '1 failed': 20, '1 succeeded': 5 });
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
    await scene.harness.deliver(alertIds(3, 'low'), [A], { end: 'failed' });
    await scene.harness.deliver(alertIds(2, 'urgent'), [A], { end: 'failed', severity: 'CRITICAL' });
    await scene.harness.database.pool.query(
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
    expect((await runAll()).map(({ alertId }) => alertId).sort()).toEqual(['low-1', 'urgent-1']);
    expect(await view(id)).toMatchObject({ severities: ['CRITICAL'], errorCodes: ['timeout'], resent: 1 });
  });
});

describe('what became of what was sent again', () => {
  test('is counted: succeeded, under way, failed; also once it was sent again by others', async () => {
    await scene.harness.deliver(alertIds(6), [A], { end: 'failed' });
    const { id } = await create();
    expect(await view(id)).toMatchObject({ outcome: { queued: 0, succeeded: 0, open: 0, failed: 0 } });
    const jobs = await runAll();
    await scene.harness.answer(jobs.slice(0, 3), 'succeeded');
    await scene.harness.answer(jobs.slice(3, 5), 'failed');
    const outcome = { queued: 6, succeeded: 3, open: 1, failed: 2 };
    expect(await view(id)).toMatchObject({ outcome });
    const other = await create({ statuses: ['failed', 'succeeded'] });
    const [first] = await runAll();
    await scene.harness.answer([first!], 'failed');
    expect(await view(id)).toMatchObject({ outcome });
    expect(await view(other.id)).toMatchObject({ outcome: { queued: 5, succeeded: 0, open: 4, failed: 1 } });
  });
});

describe('the end of a round is counted by the commit that ends it', () => {
  const outcomeOf = async (id: string) => (await view(id))?.outcome;

  test('as failed where they expire or are cancelled, and as succeeded where the receiver took it all the same', async () => {
    await scene.harness.deliver(alertIds(4), [A], { end: 'failed' });
    await scene.harness.deliver(alertIds(2, 'other'), [B], { end: 'failed' });
    const { id } = await create();
    const jobs = await runAll();
    expect(await outcomeOf(id)).toEqual({ queued: 6, succeeded: 0, open: 6, failed: 0 });
    await setDestination(B, 'deleted_at = now()');
    await cancelForDeleted(scene.harness.commits);
    expect(await outcomeOf(id)).toEqual({ queued: 6, succeeded: 0, open: 4, failed: 2 });
    await scene.harness.database.pool.query(
      `UPDATE deliveries SET round_started_at = now() - interval '8 days'`,
    );
    await expireOverdue(scene.harness.commits, 7);
    expect(await outcomeOf(id)).toEqual({ queued: 6, succeeded: 0, open: 0, failed: 6 });
    const [first, second] = jobs.filter(({ destinationId }) => destinationId === A);
    await scene.harness.answer([first!], 'succeeded');
    await scene.harness.answer([first!], 'succeeded');
    expect(await outcomeOf(id)).toEqual({ queued: 6, succeeded: 1, open: 0, failed: 5 });
    const other = await create({ statuses: ['failed', 'succeeded'], destinationId: A });
    await runAll();
    // What is reported of an earlier round; the first of it once more.
    for (let times = 0; times < 2; times += 1) await scene.harness.answer([first!, second!], 'succeeded');
    expect(await outcomeOf(id)).toEqual({ queued: 6, succeeded: 2, open: 0, failed: 4 });
    expect(await outcomeOf(other.id)).toEqual({ queued: 4, succeeded: 0, open: 4, failed: 0 });
  });

  test('so that it is known without the deliveries, and when they are no longer kept', async () => {
    await scene.harness.deliver(alertIds(5), [A, B], { end: 'failed' });
    const { id } = await create();
    const jobs = await runAll(3);
    await scene.harness.answer(jobs.slice(0, 6), 'succeeded');
    await scene.harness.answer(jobs.slice(6, 9), 'failed');
    await scene.harness.database.pool.query(
      'DELETE FROM attempts; DELETE FROM deliveries; DELETE FROM resend_rounds',
    );
    expect(await outcomeOf(id)).toEqual({ queued: 10, succeeded: 6, open: 1, failed: 3 });
  });
});

describe('more than are counted', () => {
  beforeEach(async () => {
    await scene.harness.deliver(alertIds(6, 'bad'), [A, B], { end: 'failed' });
    await scene.harness.deliver(alertIds(3, 'good'), [A], { end: 'succeeded', day: DAYS[1] });
  });

  const filterOf = (fields: Partial<DeliveryFilter> = {}): DeliveryFilter => ({
    destinationId: null,
    statuses: ['failed'],
    severityRanks: null,
    errorCodes: null,
    since: 0 as Microseconds,
    until: 4e15 as Microseconds,
    requestedAt: 4e15 as Microseconds,
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
  ] as [number, Partial<DeliveryFilter>, CountedMatches][])(
    'are given as a bound: of %d looked at, by %j',
    async (lookedAtMax, fields, expected) => {
      expect(await countMatches(scene.harness.database, filterOf(fields), lookedAtMax)).toEqual(expected);
    },
  );

  test('are all sent again, and then it is known how many there were', async () => {
    const { id } = await create();
    await scene.harness.database.pool.query('UPDATE resends SET matched = 5, matched_at_least = true');
    expect(await view(id)).toMatchObject({ matched: 5, atLeast: true });
    await runBatch(4);
    expect(await view(id)).toMatchObject({ state: 'running', matched: 5, resent: 4, atLeast: true });
    await runBatch(4);
    expect(await view(id)).toMatchObject({ state: 'running', matched: 8, resent: 8, atLeast: true });
    await runAll(100);
    const end = await view(id);
    expect(end).toMatchObject({ state: 'done', matched: 12, resent: 12, skipped: 0 });
    expect(end).not.toHaveProperty('atLeast');
  });
});

test('what would be sent again is counted where reads have their place, and nothing of it where commits have theirs', async () => {
  const reads = scene.harness.connect();
  const asked: { reads: string[]; commits: string[] } = { reads: [], commits: [] };
  for (const [where, { pool }] of [
    ['reads', reads],
    ['commits', scene.harness.database],
  ] as const) {
    const query = pool.query.bind(pool) as (...given: unknown[]) => unknown;
    pool.query = ((text: string, ...given: unknown[]) => {
      asked[where].push(text);
      return query(text, ...given);
    }) as typeof pool.query;
  }
  await countForBulkResend(requestDeps(reads), ask());
  await requestBulkResend(requestDeps(scene.harness.database, reads), ask());
  const counts = (texts: string[]) => texts.filter((text) => text.includes('FROM deliveries')).length;
  expect({ reads: counts(asked.reads), commits: counts(asked.commits) }).toEqual({ reads: 2, commits: 0 });
});
