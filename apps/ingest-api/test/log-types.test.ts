import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createLogger } from '@tocsin/service';
import { connectDatabase, type Database } from '@tocsin/store';
import { createTestDatabase, expectNoLeaks, openHandles, type TestDatabase, waitFor } from '@tocsin/testkit';
import { type AlertAcceptor, createAlertAcceptor } from '../src/accept-alerts.ts';
import { createLogTypeRecorder, LOG_TYPES_MAX, type LogTypeRecorder } from '../src/record-log-types.ts';

let handles: ReturnType<typeof openHandles>;
let home: TestDatabase;
let database: Database;
let lines: string[];
let logTypes: LogTypeRecorder;
let acceptor: AlertAcceptor;
beforeEach(async () => {
  handles = openHandles();
  home = await createTestDatabase('log_types', { isMigrated: true });
  lines = [];
  const log = createLogger({
    level: 'info',
    service: 'ingest-api',
    destination: { write: (line: string) => lines.push(line) },
  });
  database = connectDatabase({ databaseUrl: home.url, poolMax: 4, applicationName: 'test', log });
  logTypes = createLogTypeRecorder({ database, log });
  const deps = {
    ...{ database, logTypes },
    enqueuer: { enqueue: () => undefined },
    testAlerts: { record: async () => undefined },
    largeBodies: { take: () => Promise.reject(new Error('none of these is large')) },
  };
  acceptor = createAlertAcceptor(deps, { publicUrl: 'https://example.com' });
});

afterEach(async () => {
  await acceptor?.close();
  await logTypes?.close();
  await database?.close();
  await home?.drop();
  await expectNoLeaks(handles);
});

function accept(...alerts: { alertId?: string; logTypes?: string[] }[]) {
  const alert = { id: 'x', createdAt: '2026-07-01T07:57Z', severity: 'LOW', type: 'RULE', title: 'x' };
  const bytes = Buffer.from(JSON.stringify(alerts.map((fields) => ({ ...alert, ...fields }))));
  const body = { bytes, isGzip: false, contentType: 'application/json' };
  return acceptor.accept(body, { sender: { keyId: 'a key', keyName: 'a key' } });
}

const stored = async () =>
  (
    await database.pool.query(
      `SELECT log_type AS name, last_seen_day = (now() AT TIME ZONE 'UTC')::date AS today FROM log_types ORDER BY 1`,
    )
  ).rows;

const names = async () => (await stored()).map(({ name }) => name);

test('the log types of accepted alerts are recorded, each once, with the day', async () => {
  await database.pool.query(`INSERT INTO log_types VALUES ('AWS.VPC', now() - interval '3 days')`);
  await accept({ logTypes: ['AWS.CloudTrail', 'AWS.VPC'] }, { logTypes: ['AWS.CloudTrail'] }, {});
  await logTypes.close();
  expect(await stored()).toEqual([
    { name: 'AWS.CloudTrail', today: true },
    { name: 'AWS.VPC', today: true },
  ]);
});

test('those of duplicates are not', async () => {
  await accept({ alertId: 'one', logTypes: ['first'] });
  await accept({ alertId: 'one', logTypes: ['second'] });
  await logTypes.close();
  expect(await names()).toEqual(['first']);
});

test('what was recorded today costs no further statement', async () => {
  await accept({ logTypes: ['known'] });
  await waitFor(async () => (await names()).length === 1);
  await database.pool.query('DELETE FROM log_types');
  await accept({ logTypes: ['known'] }, { logTypes: ['known', 'new'] });
  await logTypes.close();
  expect(await names()).toEqual(['new']);
});

test('an answer does not wait for it', async () => {
  const holder = await database.pool.connect();
  try {
    await holder.query('BEGIN; LOCK TABLE log_types');
    expect(await accept({ logTypes: ['held up'] })).toMatchObject({ accepted: 1 });
    expect(await accept({ logTypes: ['behind it'] })).toMatchObject({ accepted: 1 });
    await holder.query('COMMIT');
  } finally {
    holder.release();
  }
  await logTypes.close();
  expect(await names()).toEqual(['behind it', 'held up']);
});

test('a failure is logged once and fails no alert; the types are recorded with the next ones', async () => {
  await database.pool.query('ALTER TABLE log_types RENAME TO elsewhere');
  for (const alertId of ['one', 'two']) {
    expect(await accept({ alertId, logTypes: ['unlucky'] })).toMatchObject({ accepted: 1 });
    await waitFor(() => lines.length > 0);
  }
  await waitFor(async () => {
    await database.pool.query('ALTER TABLE IF EXISTS elsewhere RENAME TO log_types');
    await accept({ logTypes: ['unlucky'] });
    return (await names()).length > 0;
  });
  // What is recorded is seen by others a moment before this process knows that it was.
  await logTypes.close();
  expect(lines).toEqual([
    expect.stringContaining('could not record log types'),
    expect.stringContaining('log types are recorded again'),
  ]);
});

test('what no destination can filter by, or no index can hold, is passed over', async () => {
  await accept({
    logTypes: ['', 'with \0', 'with\nline', 'half \ud83d', 'x'.repeat(1_001), 'é'.repeat(501), 'good'],
  });
  await accept({ logTypes: ['é'.repeat(500)] });
  await logTypes.close();
  expect(await names()).toEqual(['good', 'é'.repeat(500)]);
});

test('no more are added than there is room for; those that are known go on being seen', async () => {
  await database.pool.query(
    `INSERT INTO log_types SELECT 'old ' || n, now() - interval '2 days' FROM generate_series(3, $1) AS n`,
    [LOG_TYPES_MAX],
  );
  await accept({ logTypes: ['old 3', 'a', 'b', 'c', 'd'] });
  await waitFor(async () => (await names()).includes('a'));
  await accept({ logTypes: ['old 4', 'e'] });
  await logTypes.close();
  const { rows } = await database.pool.query(
    `SELECT log_type AS name FROM log_types WHERE last_seen_day = (now() AT TIME ZONE 'UTC')::date ORDER BY 1`,
  );
  expect(rows.map(({ name }) => name).filter((name) => name.startsWith('old'))).toEqual(['old 3', 'old 4']);
  expect((await names()).length).toBeLessThanOrEqual(LOG_TYPES_MAX);
});
