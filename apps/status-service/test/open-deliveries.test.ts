import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Stats } from '@tocsin/contract';
import { EVERYTHING } from '../src/statistics/granularities.ts';
import { pruneStatistics } from '../src/statistics/prune-statistics.ts';
import { takeSample } from '../src/statistics/take-sample.ts';
import { type Committing, startCommitting } from './api-harness.ts';
import { A, B, FAILED, SUCCEEDED } from './scene.ts';

let scene: Committing;
beforeEach(async () => {
  scene = await startCommitting();
  await scene.addDestination(A, 'first', 1);
  await scene.addDestination(B, 'second');
});
afterEach(() => scene?.close());

const now = async (query = ''): Promise<Stats['now']> => (await scene.get(`/v1/stats${query}`)).body.now;

const receivedAt = async (alertId: string): Promise<string> => {
  const { rows } = await scene.database.pool.query<{ at: Date }>(
    'SELECT received_at AS at FROM alerts WHERE alert_id = $1',
    [alertId],
  );
  return (rows[0] as { at: Date }).at.toISOString();
};

const samples = async () =>
  (
    await scene.database.pool.query(
      'SELECT open, oldest_open_seconds AS age FROM stats_samples WHERE destination_id = $1',
      [EVERYTHING],
    )
  ).rows;

test('what is open now is counted for all and for one destination, with the receipt of the oldest', async () => {
  expect(await now()).toEqual({ waiting: 0, queued: 0, delayed: 0, oldestOpenAt: null });
  const jobs = await scene.accept(
    { alertId: 'old', destinationIds: [B], age: 3_000 },
    { alertId: 'older', destinationIds: [A], age: 4_000, severity: 'HIGH' },
    { alertId: 'new', destinationIds: [A, B] },
  );
  const of = (alertId: string) => jobs.filter((job) => job.alertId === alertId);
  expect(await now()).toEqual({ waiting: 1, queued: 3, delayed: 0, oldestOpenAt: await receivedAt('older') });
  expect(await now(`?destinationId=${B}`)).toEqual({
    waiting: 0,
    queued: 2,
    delayed: 0,
    oldestOpenAt: await receivedAt('old'),
  });
  await scene.report(of('older'), SUCCEEDED);
  await scene.report(of('old'), FAILED);
  expect(await now()).toEqual({ waiting: 0, queued: 2, delayed: 1, oldestOpenAt: await receivedAt('old') });
  await scene.report(of('old'), SUCCEEDED, 2);
  expect((await now()).oldestOpenAt).toBe(await receivedAt('new'));
});

test('a sample is taken once in a minute, however many processes try', async () => {
  await scene.accept({ alertId: 'one', destinationIds: [A, B], age: 500 });
  // Twice, since the first of them may have ended just before a minute did.
  for (let minute = 0; minute < 2; minute += 1) {
    const taken = await Promise.all(Array.from({ length: 5 }, () => takeSample(scene.database)));
    expect(taken.filter(Boolean).length).toBeLessThanOrEqual(1);
  }
  const all = await samples();
  expect(all.length).toBeGreaterThanOrEqual(1);
  expect(all.length).toBeLessThanOrEqual(2);
  expect(all[0].open).toBe(2);
  expect(all[0].age).toBeGreaterThanOrEqual(500);
  expect(all[0].age).toBeLessThan(600);
});

test('a sample of nothing open has no age', async () => {
  expect(await takeSample(scene.database)).toBe(true);
  expect(await samples()).toEqual([{ open: 0, age: null }]);
});

test('a bucket shows its last sample, of all destinations or of one', async () => {
  await scene.database.pool.query(
    `INSERT INTO stats_samples (destination_id, minute, open, oldest_open_seconds)
     SELECT id, date_bin('1 minute', now(), timestamptz 'epoch') - n * interval '1 minute', n * factor, n * 10
     FROM generate_series(1, 3000) AS n
     CROSS JOIN (VALUES ($1::uuid, 3), ($2::uuid, 2)) AS owner(id, factor)`,
    [EVERYTHING, A],
  );
  for (const hours of [1, 24, 49]) {
    const at = Date.now();
    const since = new Date(at - hours * 3_600_000).toISOString();
    // Given too: a minute may begin between the two requests.
    const range = `since=${since}&until=${new Date(at).toISOString()}`;
    const { body } = await scene.get(`/v1/stats?${range}`);
    const ofA = (await scene.get(`/v1/stats?${range}&destinationId=${A}`)).body as Stats;
    expect(ofA.buckets.map(({ open }) => open)).toEqual(
      (body as Stats).buckets.map(({ open }) => (open === null ? null : (open / 3) * 2)),
    );
    const { buckets, bucketSeconds } = body as Stats;
    const { rows } = await scene.database.pool.query(
      `SELECT DISTINCT ON (b) date_bin($1 * interval '1 second', minute, timestamptz 'epoch') AS b, open,
         oldest_open_seconds AS "oldestOpenSeconds"
       FROM stats_samples WHERE destination_id = $2 ORDER BY b, minute DESC`,
      [bucketSeconds, EVERYTHING],
    );
    const last = new Map(rows.map(({ b, ...sample }) => [b.toISOString(), sample]));
    expect(buckets.filter(({ open }) => open !== null).length).toBeGreaterThan(buckets.length - 3);
    for (const { at, open, oldestOpenSeconds } of buckets) {
      expect({ open, oldestOpenSeconds }).toEqual(last.get(at) ?? { open: null, oldestOpenSeconds: null });
    }
  }
});

test('a destination’s sample is its own, and nothing where nothing of it was open', async () => {
  await scene.accept(
    { alertId: 'one', destinationIds: [A], age: 500 },
    { alertId: 'two', destinationIds: [A] },
  );
  expect(await takeSample(scene.database)).toBe(true);
  const last = async (id: string) => {
    const { buckets } = (await scene.get(`/v1/stats?destinationId=${id}`)).body as Stats;
    return buckets.findLast(({ open }) => open !== null);
  };
  expect(await last(A)).toMatchObject({ open: 2, oldestOpenSeconds: expect.any(Number) });
  expect((await last(A))?.oldestOpenSeconds).toBeGreaterThanOrEqual(500);
  expect(await last(B)).toMatchObject({ open: 0, oldestOpenSeconds: null });
});

test('minutes are kept for three days; hours, days, samples and log types as long as the alerts', async () => {
  await scene.accept({ alertId: 'one', destinationIds: [A] });
  await scene.database.pool.query(
    `INSERT INTO stats_buckets (granularity, destination_id, stripe, bucket)
     SELECT g, $1, 0, date_bin(g * interval '1 second', now(), timestamptz 'epoch') - d * interval '1 day'
     FROM unnest(ARRAY[60, 3600, 86400]) AS g, generate_series(1, 12) AS d`,
    [B],
  );
  await scene.database.pool.query(
    `INSERT INTO stats_samples SELECT '${EVERYTHING}', now() - d * interval '1 day', 0, null FROM generate_series(1, 12) AS d`,
  );
  await scene.database.pool.query(
    `INSERT INTO log_types SELECT 'type ' || d, (now() AT TIME ZONE 'UTC')::date - d FROM generate_series(0, 12) AS d`,
  );
  // Twice: what was deleted once is not there to be deleted again.
  for (let time = 0; time < 2; time += 1) await pruneStatistics(scene.database, 10);
  const { rows } = await scene.database.pool.query(
    `SELECT granularity, max((now() AT TIME ZONE 'UTC')::date - (bucket AT TIME ZONE 'UTC')::date) AS days
     FROM stats_buckets WHERE destination_id = $1 GROUP BY 1 ORDER BY 1`,
    [B],
  );
  expect(rows).toEqual([
    { granularity: 60, days: 3 },
    { granularity: 3_600, days: 9 },
    { granularity: 86_400, days: 9 },
  ]);
  const count = async (table: string) =>
    (await scene.database.pool.query(`SELECT count(*)::integer AS count FROM ${table}`)).rows[0].count;
  expect([await count('stats_samples'), await count('log_types')]).toEqual([9, 10]);
  expect((await scene.get('/v1/stats')).body.totals.accepted).toBe(1);
});

test('more than a step of old rows is deleted, rows that somebody holds are left', async () => {
  await scene.database.pool.query(
    `INSERT INTO stats_buckets (granularity, destination_id, stripe, bucket)
     SELECT 60, $1, 0, date_bin('1 minute', now(), timestamptz 'epoch') - interval '4 days' - n * interval '1 minute'
     FROM generate_series(0, 12000) AS n`,
    [A],
  );
  const holder = await scene.database.pool.connect();
  try {
    await holder.query('BEGIN');
    await holder.query('SELECT FROM stats_minutes ORDER BY bucket LIMIT 1 FOR UPDATE');
    await pruneStatistics(scene.database, 30);
    const { rows } = await holder.query('SELECT count(*)::integer AS count FROM stats_minutes');
    expect(rows).toEqual([{ count: 1 }]);
    await holder.query('ROLLBACK');
  } finally {
    holder.release();
  }
});
