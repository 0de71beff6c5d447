import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { DispatchedDelivery } from '@tocsin/status-gateway';
import { cancelForDeleted } from '../src/dispatcher/cancel-for-deleted.ts';
import { expireOverdue } from '../src/maintenance/expire-deliveries.ts';
import { commitOutcomes, commitPlans, resend } from './commits.ts';
import { createHarness, type Harness } from './dispatch-harness.ts';
import { attempted, B, FAILED } from './scene.ts';

let harness: Harness;
/** Its POST is under way. */
let job: DispatchedDelivery;

beforeEach(async () => {
  harness = await createHarness();
  const day = await harness.makeDay(8);
  [job] = (await commitPlans(harness.deps, [harness.plan('a', [B], { day })], true)) as [DispatchedDelivery];
});

afterEach(() => harness?.close());

const query = async (text: string) => (await harness.database.pool.query(text)).rows;
const deliveries = () => query('SELECT status, failure_code, round, attempts, queue_state FROM deliveries');
const attempts = () =>
  query('SELECT round, number, trigger, error_code FROM attempts ORDER BY round, number');
const alertStatus = async () => (await query('SELECT status FROM routings'))[0].status as string;
const health = async () =>
  (
    await query(
      `SELECT succeeded::int, consecutive_failures FROM destination_health WHERE destination_id = '${B}'`,
    )
  )[0];

async function expire(): Promise<void> {
  await query(`UPDATE deliveries SET round_started_at = now() - interval '8 days'`);
  expect(await expireOverdue(harness.deps, 7)).toBe(1);
}

/** The delivery as a query found it before anything else happened. */
const found = () => ({ ...job, id: job.deliveryId });

const sendAgain = () =>
  resend(harness.deps, { actor: 'system', alertId: 'a', day: job.day, destinationIds: 'failed' }, true);

test('a failure of a delivery that expired meanwhile is history, and it stays expired', async () => {
  await expire();
  const { verdicts } = await commitOutcomes(harness.deps, [attempted(job, 1, FAILED)], true);
  expect(verdicts).toEqual([{ kind: 'failed', reason: 'failed' }]);
  expect(await deliveries()).toMatchObject([{ status: 'failed', failure_code: 'expired', attempts: 1 }]);
  expect(await attempts()).toHaveLength(1);
  expect(await alertStatus()).toBe('failed');
  expect(await harness.counts(B)).toEqual({ waiting: 0, queued: 0, delayed: 0 });
});

test('a success of a delivery that was cancelled meanwhile makes it succeeded', async () => {
  await query('UPDATE destinations SET deleted_at = now()');
  expect(await cancelForDeleted(harness.deps)).toBe(1);
  expect(await alertStatus()).toBe('cancelled');
  await commitOutcomes(harness.deps, [attempted(job)], true);
  expect(await deliveries()).toMatchObject([
    { status: 'succeeded', failure_code: null, queue_state: 'idle' },
  ]);
  expect(await alertStatus()).toBe('succeeded');
  expect(await harness.counts(B)).toEqual({ waiting: 0, queued: 0, delayed: 0 });
});

test('an outcome of a round that was sent again meanwhile is kept with its round, and changes nothing else', async () => {
  await expire();
  await sendAgain();
  const before = [await deliveries(), await health(), await alertStatus(), await harness.counts(B)];
  for (let time = 0; time < 2; time += 1) {
    const { verdicts } = await commitOutcomes(harness.deps, [attempted(job)], true);
    expect(verdicts).toEqual([{ kind: 'superseded' }]);
  }
  expect(await attempts()).toEqual([{ round: 1, number: 1, trigger: 'auto', error_code: null }]);
  expect([await deliveries(), await health(), await alertStatus(), await harness.counts(B)]).toEqual(before);
});

test('a success after a failure of the same number ends the delivery, and frees its slot', async () => {
  await commitOutcomes(harness.deps, [attempted(job, 1, FAILED)], true);
  const { verdicts } = await commitOutcomes(harness.deps, [attempted(job)], true);
  expect(verdicts).toEqual([{ kind: 'succeeded' }]);
  expect(await attempts()).toMatchObject([
    { number: 1, error_code: 'http_status' },
    { number: 2, error_code: null },
  ]);
  expect(await deliveries()).toMatchObject([{ status: 'succeeded', attempts: 2, queue_state: 'idle' }]);
  expect(await harness.counts(B)).toEqual({ waiting: 0, queued: 0, delayed: 0 });
  expect(await health()).toEqual({ succeeded: 1, consecutive_failures: 0 });
});

test('an expiry that was found before the delivery was sent again does not end its new round', async () => {
  await expire();
  await sendAgain();
  const { result } = await harness.deps.commit(
    'ends',
    { end: 'expired', deliveries: [found()] },
    { hasRoom: true },
  );
  expect(result).toBe(0);
  expect(await deliveries()).toMatchObject([{ status: 'pending', round: 2, queue_state: 'queued' }]);
});

test('a job that was lost is found again by its outcome, and is not reclaimed', async () => {
  await query(`UPDATE deliveries SET lease_until = now() - interval '1 minute'`);
  await commitOutcomes(harness.deps, [attempted(job, 1, FAILED)], true);
  const { result } = await harness.deps.commit('reclaim', [found()], { hasRoom: true });
  expect(result).toBe(0);
  expect(await deliveries()).toMatchObject([{ status: 'retrying', queue_state: 'delayed' }]);
  expect(await harness.counts(B)).toEqual({ waiting: 0, queued: 0, delayed: 1 });
});
