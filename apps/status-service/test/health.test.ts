import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { AttemptResult } from '@tocsin/contract';
import { evaluateHealth } from '../src/health/evaluate-health.ts';
import { type Committing, startCommitting } from './api-harness.ts';
import { A, B, calmFlows, FAILED, SUCCEEDED } from './scene.ts';

let scene: Committing;
beforeEach(async () => {
  scene = await startCommitting();
  await scene.addDestination(A, 'alpha');
  await scene.addDestination(B, 'Beta');
  await scene.database.pool.query(`UPDATE destinations SET created_at = now() - interval '20 days'`);
});
afterEach(() => scene?.close());

let alerts = 0;

/** Attempts of new deliveries to A. */
async function attempt(count: number, result: AttemptResult): Promise<void> {
  const accepted = Array.from({ length: count }, () => {
    alerts += 1;
    return { alertId: `alert ${alerts}`, destinationIds: [A] };
  });
  await scene.report(await scene.accept(...accepted), result);
  await calmFlows(scene.database);
}

const query = async (text: string, parameters: unknown[] = []) =>
  (await scene.database.pool.query(text, parameters)).rows;

/** Lets what was attempted so far, and what is known of it, be so many minutes older. */
async function age(minutes: number): Promise<void> {
  await query(`UPDATE stats_buckets SET bucket = bucket - $1 * interval '1 minute' WHERE granularity = 60`, [
    minutes,
  ]);
  await query(
    `UPDATE destination_health SET last_success_at = last_success_at - $1 * interval '1 minute',
       last_failure_at = last_failure_at - $1 * interval '1 minute'`,
    [minutes],
  );
  await query(`UPDATE health_states SET since = since - $1 * interval '1 minute'`, [minutes]);
}

/** What is known of A; `minutes` since its state began. */
async function health(options?: { all: boolean }) {
  await evaluateHealth(scene.database, options);
  const [row] = await query(
    `SELECT state, success_rate AS rate, response_p50_ms AS p50, response_p95_ms AS p95,
       round(extract(epoch FROM now() - since) / 60)::integer AS minutes
     FROM health_states WHERE destination_id = $1`,
    [A],
  );
  return row;
}

test('a destination is judged by the attempts of fifteen minutes where they are twenty or more', async () => {
  await attempt(30, FAILED);
  expect(await health()).toMatchObject({ state: 'failing', rate: 0, minutes: 0 });
  await age(17);
  await attempt(19, SUCCEEDED);
  // Nineteen are too few: the minute before them counts too.
  expect(await health()).toMatchObject({ state: 'failing', rate: 19 / 49, minutes: 17 });
  await attempt(1, SUCCEEDED);
  expect(await health()).toMatchObject({ state: 'healthy', rate: 1, minutes: 0 });
});

test('seldom attempts count, however old, as long as there are no twenty newer ones', async () => {
  for (let n = 0; n < 3; n += 1) {
    await attempt(8, n === 0 ? FAILED : SUCCEEDED);
    await age(200);
  }
  expect(await health({ all: true })).toMatchObject({ state: 'degraded', rate: 16 / 24 });
  await attempt(4, SUCCEEDED);
  expect(await health()).toMatchObject({ state: 'healthy', rate: 1 });
});

test('a state began when it changed, the first good one with the destination', async () => {
  await attempt(20, SUCCEEDED);
  expect(await health()).toMatchObject({ state: 'healthy', minutes: 20 * 24 * 60 });
  await attempt(5, FAILED);
  expect(await health()).toMatchObject({ state: 'degraded', rate: 0.8, minutes: 0 });
  await age(3);
  await attempt(1, FAILED);
  expect(await health()).toMatchObject({ state: 'degraded', minutes: 3 });
  await attempt(30, FAILED);
  expect(await health()).toMatchObject({ state: 'failing', minutes: 0 });
});

test('what happened while nobody evaluated is found by the first evaluation of all', async () => {
  await attempt(20, FAILED);
  await age(60);
  expect(await health()).toBeUndefined();
  expect(await health({ all: true })).toMatchObject({ state: 'failing', rate: 0 });
});

test('response times are of the attempts, within the bounds of the histogram, and not of what reached nobody', async () => {
  await attempt(18, { ...SUCCEEDED, durationMs: 100 });
  await attempt(2, { ...FAILED, durationMs: 3_000 });
  const unreached = { code: 'dns' as const, message: 'There is no such name.' };
  await attempt(5, { ...FAILED, statusCode: null, durationMs: 9_000, error: unreached });
  const { p50, p95 } = await health();
  expect(p50).toBeGreaterThan(100 / Math.SQRT2);
  expect(p50).toBeLessThan(100 * Math.SQRT2);
  expect(p95).toBeGreaterThan(3_000 / Math.SQRT2);
  expect(p95).toBeLessThan(3_000 * Math.SQRT2);
});

test('the last error is kept in its words, as far as Postgres can keep them', async () => {
  await attempt(1, { ...FAILED, error: { code: 'http_status', message: 'The receiver answered 500.' } });
  await attempt(1, { ...FAILED, error: { code: 'protocol', message: 'The answer began with "\0\ud800".' } });
  await attempt(1, SUCCEEDED);
  expect(
    await query(
      `SELECT last_error_code AS code, last_error_message AS message FROM destination_health
       WHERE last_error_code IS NOT NULL`,
    ),
  ).toEqual([{ code: 'protocol', message: 'The answer began with "\uFFFD\uFFFD".' }]);
});

test('only destinations with attempts have a state, and one that comes back has none of its former life', async () => {
  await attempt(20, FAILED);
  await health();
  expect(await query('SELECT destination_id AS id FROM health_states')).toEqual([{ id: A }]);
  await query('UPDATE destinations SET deleted_at = now() WHERE id = $1', [A]);
  expect(await health()).toBeUndefined();
  await age(2);
  await query('UPDATE destinations SET deleted_at = NULL, created_at = now() WHERE id = $1', [A]);
  expect(await health()).toBeUndefined();
  await attempt(1, SUCCEEDED);
  expect(await health()).toMatchObject({ state: 'healthy', rate: 1, minutes: 0 });
});
