import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createTestDatabase, type TestDatabase, waitFor } from '@tocsin/testkit';
import pg from 'pg';
import { connectDatabase, type Database, migrate } from '../src/index.ts';

const QUERY_TIMEOUT_MS = 1_000;

let home: TestDatabase;
let database: Database;
/** What another process does to the same database. */
let other: pg.Client;

beforeEach(async () => {
  home = await createTestDatabase('long');
  database = connectDatabase({
    databaseUrl: home.url,
    poolMax: 2,
    applicationName: 'to migrate',
    queryTimeoutMs: QUERY_TIMEOUT_MS,
    log: { warn: () => undefined },
  });
  other = new pg.Client({ connectionString: home.url });
  await other.connect();
});

afterEach(async () => {
  await other.end();
  await database.close();
  await home.drop();
});

const outcomeOfMigrate = () =>
  migrate(database).then(
    () => 'done',
    (error: unknown) => error,
  );

/** Waits until a statement of the migration has waited for a lock of that kind for so long. */
const waitForLock = (kind: string, ms: number) =>
  waitFor(async () => {
    const { rows } = await database.pool.query<{ isOld: boolean }>(
      `SELECT clock_timestamp() - query_start > $2 * interval '1 millisecond' AS "isOld" FROM pg_stat_activity
       WHERE datname = current_database() AND application_name = 'to migrate' AND wait_event_type = 'Lock'
         AND wait_event = $1`,
      [kind, ms],
    );
    return rows.some(({ isOld }) => isOld);
  });

test('a migration may take longer than a query may', async () => {
  // A process that makes a table of that name too has to wait for the end of this.
  await other.query('BEGIN; CREATE TABLE alerts ()');
  const migrated = outcomeOfMigrate();
  await waitForLock('transactionid', 1.5 * QUERY_TIMEOUT_MS);
  await other.query('ROLLBACK');
  expect(await migrated).toBe('done');
  expect((await database.pool.query('SELECT FROM alerts')).rowCount).toBe(0);
});

test('while another process migrates, the schema is neither looked at nor changed, however long that takes', async () => {
  await other.query(`SELECT pg_advisory_lock(hashtext('tocsin migrations'))`);
  const migrated = outcomeOfMigrate();
  await waitForLock('advisory', 1.5 * QUERY_TIMEOUT_MS);
  const tables = `SELECT FROM pg_tables WHERE schemaname = 'public'`;
  expect((await other.query(tables)).rowCount).toBe(0);
  await other.query('SELECT pg_advisory_unlock_all()');
  expect(await migrated).toBe('done');
  expect((await database.pool.query('SELECT FROM alerts')).rowCount).toBe(0);
});

/** As the migration before the last two left it. */
const BEFORE = `
DROP TABLE backlogs, queue_room;
ALTER TABLE resends RENAME COLUMN taken_at TO sent_at;
DELETE FROM kysely_migration WHERE name IN ('0021-backlogs', '0022-taken-at');
`;

test('a migration that loses a deadlock with a service of the version before is begun anew', async () => {
  expect(await outcomeOfMigrate()).toBe('done');
  await other.query(BEFORE);
  // Postgres ends the one that looks first, so long after it began to wait: the migration, once both wait.
  await other.query(`DO $$ BEGIN
    EXECUTE format('ALTER DATABASE %I SET deadlock_timeout = ''3s''', current_database());
  END $$`);
  await other.query(`SET deadlock_timeout = '1min'`);
  await other.query('BEGIN; LOCK TABLE resends IN ACCESS SHARE MODE');
  const migrated = outcomeOfMigrate();
  await waitForLock('relation', 0);
  await other.query('LOCK TABLE kysely_migration IN EXCLUSIVE MODE; COMMIT');
  expect(await migrated).toBe('done');
  await waitFor(async () => {
    const { rows } = await database.pool.query<{ deadlocks: number }>(
      'SELECT deadlocks::int FROM pg_stat_database WHERE datname = current_database()',
    );
    return rows[0]?.deadlocks === 1;
  });
});
