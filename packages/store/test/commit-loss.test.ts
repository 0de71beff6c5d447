import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  createFaultProxy,
  createTestDatabase,
  type FaultProxy,
  type TestDatabase,
  waitFor,
} from '@tocsin/testkit';
import { sql } from 'kysely';
import {
  connectDatabase,
  type Database,
  databaseProblem,
  inTransaction,
  OutcomeUnknownError,
} from '../src/index.ts';

let home: TestDatabase;
let direct: Database;
let proxy: FaultProxy;
let database: Database;

const connect = (databaseUrl: string, applicationName: string) =>
  connectDatabase({ databaseUrl, poolMax: 2, applicationName, log: { warn: () => undefined } });

beforeEach(async () => {
  home = await createTestDatabase('commit_loss');
  direct = connect(home.url, 'test');
  proxy = await createFaultProxy({ target: home.url });
  database = connect(proxy.url, 'to be lost');
  // Its COMMIT waits for the holder of the lock, as it would for a slow disk.
  await direct.pool.query(`
    CREATE TABLE changes (id integer PRIMARY KEY);
    CREATE FUNCTION wait_for_lock() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_advisory_xact_lock(1); RETURN NULL; END';
    CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON changes DEFERRABLE INITIALLY DEFERRED
      FOR EACH ROW EXECUTE FUNCTION wait_for_lock();`);
});

afterEach(async () => {
  await database?.close();
  await proxy?.close();
  await direct?.close();
  await home?.drop();
});

const INSERT = 'INSERT INTO changes VALUES (1)';

describe.each<[string, (statement: string) => Promise<unknown>]>([
  ['inTransaction', (statement) => inTransaction(database, (client) => client.query(statement))],
  [
    'a transaction of Kysely',
    (statement) => database.db.transaction().execute((client) => sql.raw(statement).execute(client)),
  ],
])('%s', (_, run) => {
  const errorOf = (statement: string) =>
    run(statement).then(
      () => null,
      (error: unknown) => error,
    );

  async function waiting(event: string): Promise<void> {
    await waitFor(async () => {
      const { rowCount } = await direct.pool.query(
        `SELECT FROM pg_stat_activity WHERE application_name = 'to be lost' AND wait_event = $1`,
        [event],
      );
      return rowCount === 1;
    });
  }

  test('whose connection breaks during the COMMIT says that its outcome is unknown; it may have been stored', async () => {
    const holder = await direct.pool.connect();
    await holder.query('SELECT pg_advisory_lock(1)');
    const failed = errorOf(INSERT);
    await waiting('advisory');
    await proxy.refuse();
    const error = await failed;
    expect(error).toBeInstanceOf(OutcomeUnknownError);
    expect(databaseProblem(error)).toMatchObject({ code: 'outcome_unknown', status: 503 });
    await holder.query('SELECT pg_advisory_unlock(1)');
    holder.release();
    await waitFor(async () => (await direct.pool.query('SELECT FROM changes')).rowCount === 1);
  });

  test('whose connection breaks before the COMMIT says that the database is unavailable, and stores nothing', async () => {
    const failed = errorOf(`${INSERT}; SELECT pg_sleep(20)`);
    await waiting('PgSleep');
    await proxy.refuse();
    const error = await failed;
    expect(error).not.toBeInstanceOf(OutcomeUnknownError);
    expect(error).toMatchObject({ code: 'ECONNRESET' });
    expect(databaseProblem(error)).toMatchObject({ code: 'unavailable' });
    await direct.pool.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'to be lost'`,
    );
    expect((await direct.pool.query('SELECT FROM changes')).rowCount).toBe(0);
  });

  test('whose COMMIT meets a fault of the disk says that its outcome is unknown', async () => {
    await direct.pool.query(`CREATE OR REPLACE FUNCTION wait_for_lock() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN RAISE EXCEPTION 'could not write' USING ERRCODE = '58030'; END $$`);
    const error = await errorOf(INSERT);
    expect(error).toMatchObject({ code: 'outcome_unknown', cause: { code: '58030' } });
  });

  test('whose COMMIT is refused by a constraint says what Postgres says', async () => {
    await direct.pool.query(
      'ALTER TABLE changes ADD CONSTRAINT once UNIQUE (id) DEFERRABLE INITIALLY DEFERRED',
    );
    await direct.pool.query('ALTER TABLE changes DROP CONSTRAINT changes_pkey');
    await run(INSERT);
    const error = await errorOf(INSERT);
    expect(error).toMatchObject({ code: '23505', constraint: 'once' });
    expect(databaseProblem(error)).toBeNull();
  });
});
