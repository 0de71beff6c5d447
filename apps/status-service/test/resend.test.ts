import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type ResendRequest, resend } from '../src/resend.ts';
import { A, B, createWorkbench, DAYS, type Workbench } from './workbench.ts';

let bench: Workbench;

beforeEach(async () => {
  bench = await createWorkbench();
});

afterEach(async () => bench?.close());

const again = (destinationIds: ResendRequest['destinationIds'], hasRoom = true) =>
  resend(bench.commits, { alertId: 'one', day: DAYS[0], destinationIds }, hasRoom);

test('an alert is resent to where it had gone, in another round, and to where it had not, in a first one', async () => {
  await bench.deliver(['one'], [A], { end: 'succeeded' });
  const { released, deliveryIds } = await again([A, B]);
  expect(deliveryIds).toHaveLength(2);
  expect(released.map(({ destinationId, round }) => [destinationId, round])).toEqual([
    [A, 2],
    [B, 1],
  ]);
  await bench.expectExactCounts();
  await bench.answer(released, 'succeeded');
  expect(await bench.rounds()).toEqual({ '1 succeeded': 1, '2 succeeded': 1 });
  await bench.expectExactCounts();
  const { rows } = await bench.database.pool.query('SELECT DISTINCT trigger FROM deliveries');
  expect(rows).toEqual([{ trigger: 'resend' }]);
});

test('without room in the queues, a resend waits in Postgres', async () => {
  await bench.deliver(['one'], [A], { end: 'failed' });
  expect((await again('failed', false)).released).toEqual([]);
  expect(await bench.rounds()).toEqual({ '2 pending': 1 });
  await bench.expectExactCounts();
});

test('one delivery under way refuses the resend of all, and nothing changes', async () => {
  await bench.deliver(['one'], [A, B], { end: 'failed' });
  await again([A]);
  await expect(again([A, B])).rejects.toMatchObject({ code: 'delivery_in_progress' });
  expect(await bench.rounds()).toEqual({ '1 failed': 1, '2 pending': 1 });
  await bench.expectExactCounts();
});

test('of an alert, only what failed is resent unless destinations are named', async () => {
  await bench.deliver(['one'], [A, B], { end: 'failed' });
  await bench.answer((await again([A])).released, 'succeeded');
  const { released } = await again('failed');
  expect(released.map(({ destinationId }) => destinationId)).toEqual([B]);
  expect((await again('failed')).deliveryIds).toEqual([]);
});
