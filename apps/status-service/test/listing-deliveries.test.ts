import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { DeliveryItem } from '@tocsin/contract';
import type { DispatchedDelivery } from '@tocsin/status-gateway';
import { createDeliveriesReader } from '../src/read/read-deliveries.ts';
import { type Committing, startCommitting } from './api-harness.ts';
import { A, B, FAILED, SUCCEEDED } from './scene.ts';

const DAY = 86_400;

let scene: Committing;
/** Every delivery's id, newest receipt first, with what it can be filtered by. */
let all: { id: string; status: string; destinationId: string; receivedAt: string }[];

beforeAll(async () => {
  scene = await startCommitting();
  await scene.ensureDaysBack(4);
  await scene.addDestination(A, 'first');
  await scene.addDestination(B, 'second');
  const alerts = Array.from({ length: 40 }, (_, n) => ({
    alertId: `a${n}`,
    destinationIds: n % 4 === 0 ? [A] : [A, B],
    age: (n * 7_919) % (3 * DAY),
  }));
  const jobs = await scene.accept(...alerts);
  const some = (of: number, rest: number) => jobs.filter((_, n) => n % of === rest);
  await scene.report(some(3, 0), SUCCEEDED);
  await scene.report(some(6, 1), FAILED);
  await scene.database.pool.query(`UPDATE destinations SET retry = '{"maxRetries": 0}'`);
  await scene.report(some(12, 2), FAILED);
  // Deliveries of alerts that came together, and one that ended without an attempt.
  await scene.database.pool.query(
    `UPDATE deliveries SET received_at = (SELECT min(received_at) FROM deliveries WHERE received_day = x.day)
     FROM (SELECT max(received_day) AS day FROM deliveries) AS x WHERE received_day = x.day`,
  );
  await scene.database.pool.query(
    `UPDATE deliveries SET status = 'cancelled' WHERE id = (SELECT min(id::text)::uuid FROM deliveries WHERE status = 'pending')`,
  );
  const { rows } = await scene.database.pool.query(
    `SELECT id, status, destination_id AS "destinationId", received_at::text AS "receivedAt" FROM deliveries
     ORDER BY received_at DESC, id DESC`,
  );
  all = rows;
});
afterAll(() => scene?.close());

async function list(query: Record<string, string>): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | null = null;
  do {
    const page = new URLSearchParams({ ...query, ...(cursor === null ? {} : { cursor }) });
    const { status, body } = await scene.get(`/v1/deliveries?${page}`);
    expect(status).toBe(200);
    ids.push(...body.items.map((item: DeliveryItem) => item.id));
    cursor = body.nextCursor;
  } while (cursor !== null);
  return ids;
}

const idsOf = (wanted: (one: (typeof all)[number]) => boolean) => all.filter(wanted).map(({ id }) => id);

describe('deliveries are listed newest receipt first, each once', () => {
  test('there are some of every status', () => {
    expect([...new Set(all.map(({ status }) => status))].sort()).toEqual([
      'cancelled',
      'failed',
      'pending',
      'retrying',
      'succeeded',
    ]);
  });

  test.each(['1', '7', '200'])('in pages of %s', async (limit) => {
    expect(await list({ limit })).toEqual(idsOf(() => true));
  });

  test.each(['failed', 'pending,retrying', 'succeeded,cancelled', 'failed,failed'])(
    'of the statuses %s',
    async (status) => {
      const wanted = status.split(',');
      expect(await list({ status, limit: '5' })).toEqual(idsOf((one) => wanted.includes(one.status)));
    },
  );

  test('of a destination, and of a destination and a status', async () => {
    expect(await list({ destinationId: B, limit: '9' })).toEqual(idsOf((one) => one.destinationId === B));
    expect(await list({ destinationId: A, status: 'pending', limit: '3' })).toEqual(
      idsOf((one) => one.destinationId === A && one.status === 'pending'),
    );
  });

  test('received from a time on and before another, to the millisecond', async () => {
    const times = [...new Set(all.map(({ receivedAt }) => new Date(receivedAt).toISOString()))];
    const [until, since] = [times[4] as string, times.at(-5) as string];
    const isFrom = (time: string) => (one: { receivedAt: string }) =>
      Date.parse(one.receivedAt) >= Date.parse(time);
    expect(await list({ since })).toEqual(idsOf(isFrom(since)));
    expect(await list({ until })).toEqual(idsOf((one) => !isFrom(until)(one)));
    expect(await list({ since, until, limit: '4', status: 'succeeded' })).toEqual(
      idsOf((one) => one.status === 'succeeded' && isFrom(since)(one) && !isFrom(until)(one)),
    );
    expect(await list({ since: '2026-01-01T00:00:00+14:00', until: '2026-01-01T00:00:00Z' })).toEqual([]);
  });

  test('with the cursor of another list refused', async () => {
    const cursor = Buffer.from('["2026-07-01 00:00:00+00","a1"]').toString('base64url');
    expect((await scene.get(`/v1/deliveries?cursor=${cursor}`)).status).toBe(400);
  });
});

describe('a delivery', () => {
  test('is found by its id alone, whatever its day; another id is not found', async () => {
    const { locate } = createDeliveriesReader(scene.database);
    for (const { id, status, destinationId } of [all[0], all.at(-1)] as typeof all) {
      const { body } = await scene.get(`/v1/deliveries/${id}`);
      expect(body).toMatchObject({ id, status, destinationId });
      expect(await locate(id)).toMatchObject({ destinationId, alertId: body.alertId });
    }
    expect((await scene.get(`/v1/deliveries/${A}`)).status).toBe(404);
  });

  test.each([
    ['plain', 'A title', 'CRITICAL'],
    ['nul', 'with \0 in it', 'HIGH'],
    ['surrogate', 'half \ud83d of a pair', 'MEDIUM'],
    ['replacement', 'really \ufffd', 'LOW'],
    ['empty', '', 'INFO'],
  ] as const)('has its alert’s title and severity: %s', async (alertId, title, severity) => {
    const [job] = (await scene.accept({ alertId, destinationIds: [A], title, severity })) as [
      DispatchedDelivery,
    ];
    const { body } = await scene.get(`/v1/deliveries/${job.deliveryId}`);
    expect(body).toMatchObject({ alertTitle: title, alertSeverity: severity, alertId });
    const { body: page } = await scene.get('/v1/deliveries?limit=200');
    const listed = page.items.find((item: DeliveryItem) => item.id === job.deliveryId);
    const { attempts, nextCursor, ...state } = body;
    expect([attempts, nextCursor]).toEqual([[], null]);
    expect(listed).toEqual({ ...state, lastAttempt: null });
  });

  test('says what it waits for, and whether its destination is there', async () => {
    const C = 'c9f0f895-fb98-4b91-9f3e-6a1d2c3b4a5f';
    await scene.addDestination(C, 'third', 1);
    const jobs = await scene.accept(
      { alertId: 'goes', destinationIds: [C], severity: 'HIGH' },
      { alertId: 'waits', destinationIds: [C] },
    );
    const states = async () => {
      const { body } = await scene.get(`/v1/deliveries?destinationId=${C}`);
      return new Set(body.items.map(({ destinationState }: DeliveryItem) => destinationState));
    };
    const waits = async () => {
      const { body } = await scene.get(`/v1/deliveries?destinationId=${C}`);
      return Object.fromEntries(
        body.items.map((item: DeliveryItem) => [item.alertId, [item.status, item.waitingFor]]),
      );
    };
    expect(await states()).toEqual(new Set(['enabled']));
    expect(await waits()).toEqual({
      goes: ['pending', 'worker'],
      waits: ['pending', 'destination_limit'],
    });
    await scene.database.pool.query('UPDATE destinations SET paused = true WHERE id = $1', [C]);
    // It may be resent to all the same.
    expect(await states()).toEqual(new Set(['enabled']));
    expect(await waits()).toEqual({
      goes: ['pending', 'destination_paused'],
      waits: ['pending', 'destination_paused'],
    });
    await scene.database.pool.query('UPDATE destinations SET enabled = false, paused = false WHERE id = $1', [
      C,
    ]);
    expect(await states()).toEqual(new Set(['disabled']));
    expect(await waits()).toEqual({
      goes: ['pending', 'destination_disabled'],
      waits: ['pending', 'destination_disabled'],
    });
    await scene.report(jobs, FAILED);
    expect(await waits()).toMatchObject({ goes: ['retrying', 'destination_disabled'] });
    await scene.database.pool.query(`UPDATE destinations SET enabled = true WHERE id = $1`, [C]);
    expect(await waits()).toMatchObject({ goes: ['retrying', 'retry'] });
    await scene.database.pool.query(
      `UPDATE deliveries SET next_attempt_at = now() WHERE destination_id = $1`,
      [C],
    );
    expect(await waits()).toMatchObject({ goes: ['retrying', 'destination_limit'] });
    await scene.report(jobs, SUCCEEDED, 2);
    expect(await waits()).toMatchObject({ goes: ['succeeded', null] });
    await scene.database.pool.query('UPDATE destinations SET deleted_at = now() WHERE id = $1', [C]);
    expect(await states()).toEqual(new Set(['deleted']));
  });
});
