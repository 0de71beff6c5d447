import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { ResendRequest } from '../src/commit/apply-resend.ts';
import { deliveryIdOf } from '../src/delivery/delivery-row.ts';
import { resend } from './commits.ts';
import { createResendHarness, DAYS, type ResendHarness } from './resend-harness.ts';
import { A, B } from './scene.ts';

const ACTOR = { keyId: 'k1', keyName: 'on-call' };

let harness: ResendHarness;

beforeEach(async () => {
  harness = await createResendHarness();
});

afterEach(async () => harness?.close());

const again = (destinationIds: ResendRequest['destinationIds'], hasRoom = true) =>
  resend(harness.commits, { actor: ACTOR, alertId: 'one', day: DAYS[0], destinationIds }, hasRoom);

test('an alert is resent to where it had gone, in another round, and to where it had not, in a first one', async () => {
  await harness.deliver(['one'], [A], { end: 'succeeded' });
  const { released, deliveryIds } = await again([A, B]);
  expect(deliveryIds).toHaveLength(2);
  expect(released.map(({ destinationId, round }) => [destinationId, round])).toEqual([
    [A, 2],
    [B, 1],
  ]);
  await harness.expectExactCounts();
  await harness.answer(released, 'succeeded');
  expect(await harness.rounds()).toEqual({ '1 succeeded': 1, '2 succeeded': 1 });
  await harness.expectExactCounts();
  const { rows } = await harness.database.pool.query('SELECT DISTINCT trigger FROM deliveries');
  expect(rows).toEqual([{ trigger: 'resend' }]);
});

test('without room in the queues, a resend waits in Postgres', async () => {
  await harness.deliver(['one'], [A], { end: 'failed' });
  expect((await again('failed', false)).released).toEqual([]);
  expect(await harness.rounds()).toEqual({ '2 pending': 1 });
  await harness.expectExactCounts();
});

test('one delivery under way refuses the resend of all, and nothing changes', async () => {
  await harness.deliver(['one'], [A, B], { end: 'failed' });
  await again([A]);
  await expect(again([A, B])).rejects.toMatchObject({ code: 'delivery_in_progress' });
  expect(await harness.rounds()).toEqual({ '1 failed': 1, '2 pending': 1 });
  await harness.expectExactCounts();
});

test('of an alert, only what failed is resent unless destinations are named', async () => {
  await harness.deliver(['one'], [A, B], { end: 'failed' });
  await harness.answer((await again([A])).released, 'succeeded');
  const { released } = await again('failed');
  expect(released.map(({ destinationId }) => destinationId)).toEqual([B]);
  expect((await again('failed')).deliveryIds).toEqual([]);
});

describe('a delivery that waits for its retry', () => {
  const setRetry = (retry: object, maxInFlight = 10_000) =>
    harness.database.pool.query('UPDATE destinations SET retry = $1, max_in_flight = $2', [
      retry,
      maxInFlight,
    ]);

  const row = async () =>
    (
      await harness.database.pool.query(
        `SELECT status, round, attempts, queue_state, dispatch_number AS "dispatchNumber", next_attempt_at <= now() AS due FROM deliveries
         WHERE alert_id = 'one'`,
      )
    ).rows[0];

  const attempts = async () =>
    (
      await harness.database.pool.query(
        'SELECT round, number, trigger FROM attempts ORDER BY started_at, number',
      )
    ).rows;

  test('in its queue’s delay is made due now: the next attempt of its round, under a dispatch number that supersedes its job', async () => {
    await setRetry({ maxRetries: 3, baseDelayMs: 60_000 });
    await harness.deliver(['one'], [A], { end: 'failed' });
    const before = await row();
    expect(before).toMatchObject({ status: 'retrying', queue_state: 'delayed', due: false });
    const { released, deliveryIds } = await again([A]);
    expect(deliveryIds).toHaveLength(1);
    expect(released).toMatchObject([
      { round: 1, dispatchNumber: before.dispatchNumber + 1, isRetry: true, attemptsMax: 3 },
    ]);
    expect(await row()).toMatchObject({
      status: 'retrying',
      round: 1,
      attempts: 1,
      queue_state: 'queued',
      due: true,
    });
    await harness.expectExactCounts();
    // The job that waits in its queue's delay makes no attempt, whenever it comes: its dispatch number is not the row's.
    expect((await row()).dispatchNumber).toBe(released[0]?.dispatchNumber);
    await harness.answer(released, 'succeeded');
    expect(await attempts()).toEqual([
      { round: 1, number: 1, trigger: 'auto' },
      { round: 1, number: 2, trigger: 'resend' },
    ]);
    await harness.expectExactCounts();
  });

  test('in Postgres is made due and queued, or waits on as due where no slot is free', async () => {
    await setRetry({ maxRetries: 3, baseDelayMs: 3_600_000 });
    await harness.deliver(['one'], [A], { end: 'failed' });
    expect(await row()).toMatchObject({ status: 'retrying', queue_state: 'waiting', due: false });
    expect((await again([A], false)).released).toEqual([]);
    expect(await row()).toMatchObject({ queue_state: 'waiting', round: 1, due: true });
    await harness.expectExactCounts();
    await harness.database.pool.query(`UPDATE deliveries SET next_attempt_at = now() + interval '1 hour'`);
    await harness.database.pool.query(
      `UPDATE destination_health SET next_due_at = now() + interval '1 hour'`,
    );
    const { released } = await again([A]);
    expect(released).toMatchObject([{ round: 1, isRetry: true }]);
    expect(await row()).toMatchObject({ queue_state: 'queued', due: true });
    await harness.expectExactCounts();
  });

  test('is refused once its attempt is due or under way', async () => {
    await setRetry({ maxRetries: 3, baseDelayMs: 60_000 });
    await harness.deliver(['one'], [A], { end: 'failed' });
    await again([A]);
    await expect(again([A])).rejects.toMatchObject({ code: 'delivery_in_progress' });
  });

  test('of what failed to a paused destination waits there', async () => {
    await setRetry({ maxRetries: 0 });
    await harness.deliver(['one'], [A], { end: 'failed' });
    await harness.database.pool.query('UPDATE destinations SET paused = true');
    await again([A]);
    expect(await row()).toMatchObject({ status: 'pending', queue_state: 'waiting', due: true });
  });

  test('is refused, as any, where its destination is disabled or deleted', async () => {
    await setRetry({ maxRetries: 3, baseDelayMs: 60_000 });
    await harness.deliver(['one'], [A], { end: 'failed' });
    for (const change of ['enabled = false', 'enabled = true, deleted_at = now()']) {
      await harness.database.pool.query(`UPDATE destinations SET ${change}`);
      await expect(again([A])).rejects.toMatchObject({ code: 'destination_unavailable' });
    }
    expect(await row()).toMatchObject({ status: 'retrying', queue_state: 'delayed', due: false });
  });
});

describe('the audit log', () => {
  const entries = async () =>
    (await harness.database.pool.query('SELECT actor, action, subject, detail FROM audit_log ORDER BY id'))
      .rows;

  test('has each resend with who requested it: of one delivery, and of an alert', async () => {
    await harness.deliver(['one'], [A, B], { end: 'failed' });
    const deliveryId = deliveryIdOf('one', A);
    const request = { actor: ACTOR, alertId: 'one', day: DAYS[0] };
    await resend(harness.commits, { ...request, deliveryId, destinationIds: [A] }, true);
    await again('failed');
    expect(await entries()).toEqual([
      {
        actor: 'on-call (k1)',
        action: 'delivery.resent',
        subject: `delivery/${deliveryId}`,
        detail: { alertId: 'one', deliveries: 1, destinations: ['first'] },
      },
      {
        actor: 'on-call (k1)',
        action: 'alert.resent',
        subject: 'alert/one',
        detail: { deliveries: 1, destinations: ['second'] },
      },
    ]);
  });

  test('has nothing of a resend that was refused, or that found nothing to send', async () => {
    await harness.deliver(['one'], [A], { end: 'succeeded' });
    await again('failed');
    await harness.database.pool.query('UPDATE destinations SET enabled = false');
    await expect(again([A])).rejects.toMatchObject({ code: 'destination_unavailable' });
    expect(await entries()).toEqual([]);
  });
});
