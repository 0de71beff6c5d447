import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { restWhileUnavailable } from '@tocsin/outage';
import {
  createFaultProxy,
  createTestDatabase,
  type FaultProxy,
  type TestDatabase,
  waitFor,
} from '@tocsin/testkit';
import { connectDatabase, connectReads, type Database } from '../src/index.ts';

let home: TestDatabase;
let proxy: FaultProxy;
let database: Database;
let lines: string[];

beforeEach(async () => {
  home = await createTestDatabase('outage');
  proxy = await createFaultProxy({ target: home.url });
  const said: string[] = [];
  lines = said;
  const keep = (fields: object) => void said.push((fields as { event: string }).event);
  database = connectDatabase({
    databaseUrl: proxy.url,
    poolMax: 4,
    applicationName: 'outage',
    log: { warn: keep, info: keep },
  });
});

afterEach(async () => {
  await database.close();
  await proxy.close();
  await home.drop();
});

test('work rests while Postgres is unavailable, and is done when it is back; the log has two lines', async () => {
  await database.pool.query('SELECT 1');
  await proxy.refuse();
  const { signal } = new AbortController();
  let tries = 0;
  const work = Array.from({ length: 50 }, () =>
    restWhileUnavailable(
      [database.outage],
      async () => {
        tries += 1;
        return (await database.pool.query<{ one: number }>('SELECT 1 AS one')).rows[0]?.one;
      },
      { signal },
    ),
  );
  await waitFor(() => tries >= 50 && database.outage.isOn());
  let questions = 0;
  const connect = database.pool.connect.bind(database.pool) as (...parameters: unknown[]) => never;
  database.pool.connect = (...parameters: unknown[]) => {
    questions += 1;
    return connect(...parameters);
  };
  await waitFor(() => questions >= 3);
  // Each tried once, found out, and waits: none asks again before there is an answer.
  expect(tries).toBe(50);
  await proxy.pass();
  expect(await Promise.all(work)).toEqual(Array(50).fill(1));
  expect(tries).toBe(100);
  expect(lines).toEqual(['postgres.unavailable', 'postgres.available']);
});

test('that all connections are busy is no outage: then Postgres is asked by another one', async () => {
  const busy = await Promise.all(Array.from({ length: 4 }, () => database.pool.connect()));
  database.outage.failed(new Error('Postgres has not answered for 3000 ms'));
  expect(database.outage.isOn()).toBe(true);
  await database.outage.over();
  expect(lines).toEqual([]);
  for (const client of busy) client.release();
  const { rows } = await database.pool.query<{ count: number }>(
    `SELECT count(*)::integer FROM pg_stat_activity WHERE application_name = 'outage' AND datname = current_database()`,
  );
  expect(rows[0]?.count).toBeLessThanOrEqual(4);
});

test('two pools of one database say it together in two lines', async () => {
  const reads = connectReads({
    databaseUrl: proxy.url,
    applicationName: 'outage reads',
    outage: database.outage,
    log: { warn: () => lines.push('a line of its own') },
  });
  try {
    for (const { pool } of [database, reads]) await pool.query('SELECT 1');
    await proxy.refuse();
    await waitFor(() => lines.length > 0);
    await expect(reads.pool.query('SELECT 1')).rejects.toThrow();
    await proxy.pass();
    await waitFor(() => !database.outage.isOn());
    expect(lines).toEqual(['postgres.unavailable', 'postgres.available']);
  } finally {
    await reads.close();
  }
});

test('work that is called off does not wait for the end of an outage', async () => {
  await proxy.refuse();
  const controller = new AbortController();
  const work = restWhileUnavailable([database.outage], () => database.pool.query('SELECT 1'), controller);
  await waitFor(() => database.outage.isOn());
  controller.abort();
  await expect(work).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

test('any other failure is the caller’s at once', async () => {
  const { signal } = new AbortController();
  await expect(
    restWhileUnavailable([database.outage], () => database.pool.query('SELEKT'), { signal }),
  ).rejects.toMatchObject({ code: '42601' });
  expect(lines).toEqual([]);
});
