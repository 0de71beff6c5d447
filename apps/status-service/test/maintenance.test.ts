import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { connectDatabase, type Database } from '@tocsin/store';
import { pino } from 'pino';
import { logEnded } from '../src/log-ended.ts';
import { maintain } from '../src/maintenance/maintain.ts';
import { commitPlans, createCommits } from './commits.ts';
import { createHarness, type Harness } from './dispatch-harness.ts';
import { A } from './scene.ts';

let harness: Harness;
/** Of the service under test: it does not wait long. */
let impatient: Database;

beforeEach(async () => {
  harness = await createHarness();
  const { rows } = await harness.database.pool.query('SELECT current_database() AS name');
  const url = new URL(process.env.TOCSIN_TEST_DATABASE_URL as string);
  url.pathname = `/${rows[0].name}`;
  impatient = connectDatabase({
    databaseUrl: url.href,
    poolMax: 2,
    applicationName: 'test',
    log: { warn: () => undefined },
    queryTimeoutMs: 500,
  });
});

afterEach(async () => {
  await impatient?.close();
  await harness?.close();
});

const deliveriesOn = async (day: string) =>
  (
    await harness.database.pool.query(`SELECT to_regclass('deliveries_' || $1) AS name`, [
      day.replaceAll('-', ''),
    ])
  ).rows[0].name;

const maintainWith = (database: Database, log = pino({ level: 'silent' })) =>
  maintain(
    { ...createCommits(database, { onEnded: (ended) => logEnded(log, ended) }), log },
    { expireDays: 7, retentionDays: 30 },
  );

test('drops what is past its retention although expiry runs into its time limit', async () => {
  const { pool } = harness.database;
  const old = await harness.makeDay(31);
  const overdue = await harness.makeDay(8);
  await commitPlans(harness.deps, [harness.plan('a', [A], { day: overdue })], true);
  await pool.query(`UPDATE deliveries SET round_started_at = now() - interval '8 days'`);
  const blocker = await pool.connect();
  try {
    await blocker.query('BEGIN');
    await blocker.query('SELECT FROM destination_health FOR UPDATE');
    await expect(maintainWith(impatient)).rejects.toThrow(/timeout/);
  } finally {
    await blocker.query('ROLLBACK');
    blocker.release();
  }
  expect(await deliveriesOn(old)).toBeNull();
  expect(await harness.counts(A)).toMatchObject({ queued: 1 });
  await maintainWith(harness.database);
  expect(await harness.counts(A)).toMatchObject({ queued: 0 });
});

test('drops no day on which something could not be ended', async () => {
  const { pool } = harness.database;
  const old = await harness.makeDay(31);
  await commitPlans(harness.deps, [harness.plan('a', [A], { day: old })], true);
  const blocker = await pool.connect();
  try {
    await blocker.query('BEGIN');
    await blocker.query('SELECT FROM destination_health FOR UPDATE');
    await expect(maintainWith(impatient)).rejects.toThrow(/timeout/);
  } finally {
    await blocker.query('ROLLBACK');
    blocker.release();
  }
  expect(await deliveriesOn(old)).not.toBeNull();
  await maintainWith(harness.database);
  expect(await deliveriesOn(old)).toBeNull();
  expect(await harness.counts(A)).toMatchObject({ queued: 0 });
});

test('names in the log each delivery that expired', async () => {
  const day = await harness.makeDay(8);
  const [job] = await commitPlans(harness.deps, [harness.plan('a', [A], { day })], true);
  await harness.database.pool.query(`UPDATE deliveries SET round_started_at = now() - interval '8 days'`);
  const lines: string[] = [];
  await maintainWith(harness.database, pino({}, { write: (line: string) => void lines.push(line) }));
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    {
      deliveryId: job?.deliveryId,
      alertId: 'a',
      destinationId: A,
      destinationName: 'first',
      errorCode: 'expired',
      reason: 'expired',
      round: 1,
      attempts: 0,
      event: 'delivery.failed',
      msg: 'delivery failed',
    },
  ]);
});

test('prunes destinations that were deleted longer ago than alerts are kept', async () => {
  const { pool } = harness.database;
  const isThere = async () =>
    (await pool.query('SELECT FROM destinations WHERE id = $1', [A])).rows.length === 1;
  await pool.query(`UPDATE destinations SET deleted_at = now() - interval '29 days' WHERE id = $1`, [A]);
  await maintainWith(harness.database);
  expect(await isThere()).toBe(true);
  await pool.query(`UPDATE destinations SET deleted_at = now() - interval '32 days' WHERE id = $1`, [A]);
  await maintainWith(harness.database);
  expect(await isThere()).toBe(false);
});
