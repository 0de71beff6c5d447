import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createOutage } from '@tocsin/outage';
import {
  createFaultProxy,
  createTestDatabase,
  type FaultProxy,
  type TestDatabase,
  waitFor,
} from '@tocsin/testkit';
import { sql } from 'kysely';
import { connectDatabase, type Database, inTransaction, isDatabaseUnavailable } from '../src/index.ts';

const POOL_MAX = 3;

let home: TestDatabase;
let direct: Database;
let proxy: FaultProxy;
let database: Database;
let warnings: string[];

beforeAll(async () => {
  home = await createTestDatabase('store_loss');
  direct = connectDatabase({
    databaseUrl: home.url,
    poolMax: 1,
    applicationName: 'test',
    log: { warn: () => undefined },
  });
});

afterAll(async () => {
  await direct?.close();
  await home?.drop();
});

beforeEach(async () => {
  // One list for each: a connection that is being closed may still say something in the next test.
  const heard: string[] = [];
  warnings = heard;
  const log = { warn: (_: object, message: string) => void heard.push(message) };
  proxy = await createFaultProxy({ target: home.url });
  database = connectDatabase({
    databaseUrl: proxy.url,
    poolMax: POOL_MAX,
    applicationName: 'to be lost',
    log,
    // A busy machine may take longer for an answer than a database that is there is given.
    outage: createOutage({
      ...{ name: 'Postgres', event: 'postgres', isIts: isDatabaseUnavailable, log, answerMs: 60_000 },
      ask: () => database.pool.query('SELECT 1'),
    }),
  });
});

afterEach(async () => {
  // The next test counts what sleeps: of the statements of this one nothing may be left.
  await endBackends();
  database.outage.close();
  await database.close();
  await proxy.close();
});

/** Waits for so many statements of the proxied pool that have begun to sleep. */
async function sleeping(count: number): Promise<void> {
  await waitFor(async () => {
    const { rows } = await direct.pool.query<{ count: number }>(
      `SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(20)%' AND wait_event = 'PgSleep'
         AND datname = current_database()`,
    );
    return rows[0]?.count === count;
  });
}

/** Ends what the server goes on doing for connections that are gone. */
async function endBackends(): Promise<void> {
  await direct.pool.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND application_name = 'to be lost'`,
  );
}

const errorOf = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (error: unknown) => error,
  );

// An uncaught exception fails the test that runs: so each of these also says that there was none.
// A database that answers the next query is not unavailable: of its connections that end nothing is logged. Of one that does
// not answer there is one line, however many connections it had.
describe.each([
  ['is reset', () => proxy.reset(), ['Postgres is unavailable; waiting for it']],
  ['is ended by the server', () => endBackends(), []],
])('a connection that %s', (_, lose, said) => {
  test('under statements in flight rejects them, and the pool works again', async () => {
    const work = [
      errorOf(database.pool.query('SELECT pg_sleep(20)')),
      errorOf(sql`SELECT pg_sleep(20)`.execute(database.db)),
      errorOf(inTransaction(database, (client) => client.query('SELECT pg_sleep(20)'))),
    ];
    await sleeping(3);
    await lose();
    for (const error of await Promise.all(work)) expect(isDatabaseUnavailable(error)).toBe(true);
    await waitFor(() => warnings.length === said.length);
    await proxy.pass();
    await waitFor(() => !database.outage.isOn());
    const again = Array.from({ length: POOL_MAX }, () => database.pool.query('SELECT 1 AS one'));
    for (const { rows } of await Promise.all(again)) expect(rows).toEqual([{ one: 1 }]);
    expect(warnings).toEqual(said);
  });

  test('between two statements of a transaction rejects the second', async () => {
    const error = await errorOf(
      inTransaction(database, async (client) => {
        await client.query('SELECT 1');
        const lost = new Promise((resolve) => client.once('end', resolve));
        await lose();
        await lost;
        await client.query('SELECT 2');
      }),
    );
    expect(isDatabaseUnavailable(error)).toBe(true);
    await proxy.pass();
    expect((await database.pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  });

  test('while nobody uses it is replaced', async () => {
    await database.pool.query('SELECT 1');
    const removed = new Promise<unknown>((resolve) => database.pool.once('remove', resolve));
    await lose();
    await removed;
    await waitFor(() => warnings.length === said.length);
    await proxy.pass();
    await waitFor(() => !database.outage.isOn());
    expect((await database.pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    expect(warnings).toEqual(said);
  });
});
