import { afterEach, describe, expect, test } from '@jest/globals';
import {
  createTestDatabase,
  findPgBouncer,
  startPgBouncer,
  type TestDatabase,
  testWhen,
} from '@tocsin/testkit';
import { sql } from 'kysely';
import {
  connectDatabase,
  connectReads,
  type Database,
  dropExpiredPartitions,
  ensurePartitions,
  inTransaction,
  migrate,
  UnfitDatabaseError,
} from '../src/index.ts';
import { searchPathOf } from '../src/pinned-session.ts';

const log = { warn: () => undefined };
const bouncer = await findPgBouncer();
const testBouncer = testWhen(test, 'program' in bouncer, 'reason' in bouncer ? bouncer.reason : '');
const program = 'program' in bouncer ? bouncer.program : '';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function createDatabase(options: Parameters<typeof createTestDatabase>[1] = {}): Promise<TestDatabase> {
  const home = await createTestDatabase('session', options);
  closers.push(() => home.drop());
  return home;
}

function connect(databaseUrl: string): Database {
  const database = connectDatabase({ databaseUrl, poolMax: 3, applicationName: 'tocsin test', log });
  closers.push(() => database.close());
  return database;
}

async function bouncing(settings: Record<string, string | number>): Promise<string> {
  const home = await createDatabase();
  const pooler = await startPgBouncer(program, { databaseUrl: home.url, settings });
  closers.push(() => pooler.close());
  return pooler.url;
}

/** Everything that a database or role was ever seen to set, to the detriment of those that read text. */
const HOSTILE = {
  DateStyle: `'German, DMY'`,
  TimeZone: `'Asia/Kolkata'`,
  IntervalStyle: 'postgres_verbose',
  extra_float_digits: '-15',
  bytea_output: 'escape',
  standard_conforming_strings: 'off',
  client_encoding: 'LATIN1',
  search_path: 'nowhere, pg_catalog',
  default_transaction_isolation: 'serializable',
  default_transaction_read_only: 'on',
  // Long enough for a `SET`, also on a busy machine, and too short for whatever is compiled.
  statement_timeout: "'200ms'",
  jit: 'on',
  jit_above_cost: '0',
  jit_inline_above_cost: '0',
  jit_optimize_above_cost: '0',
  lock_timeout: '1',
  idle_session_timeout: "'5s'",
  idle_in_transaction_session_timeout: '1',
  synchronous_commit: 'off',
  default_text_search_config: `'pg_catalog.german'`,
};

const VALUES = `SELECT timestamptz '2026-07-01 12:34:56.123456+02' AS at, date '2026-07-01' AS day,
  (timestamptz '2026-07-01 12:34:56.123456+02')::text AS text, interval '1 day 2 hours'::text AS span,
  0.1::float8 + 0.2 AS number, '\\x00ff5c'::bytea AS bytes, E'\\\\' AS backslash, 'ü💥' AS letters,
  current_setting('transaction_isolation') AS isolation, current_setting('synchronous_commit') AS durable,
  current_setting('application_name') AS name, current_setting('statement_timeout') AS statement,
  current_setting('lock_timeout') AS lock, current_setting('idle_session_timeout') AS idle,
  current_setting('idle_in_transaction_session_timeout') AS open`;

const EXPECTED = {
  at: new Date('2026-07-01T10:34:56.123Z'),
  day: '2026-07-01',
  text: '2026-07-01 10:34:56.123456+00',
  span: '1 day 02:00:00',
  number: 0.30000000000000004,
  bytes: Buffer.from([0, 255, 92]),
  backslash: '\\',
  letters: 'ü💥',
  isolation: 'read committed',
  durable: 'on',
  name: 'tocsin test',
  statement: '30s',
  lock: '0',
  idle: '0',
  open: '0',
};

describe('a session', () => {
  test('reads and writes the same, whatever the database sets', async () => {
    const home = await createDatabase({ settings: HOSTILE });
    const database = connect(home.url);
    await migrate(database);
    const { rows } = await database.pool.query(VALUES);
    expect(rows).toEqual([EXPECTED]);
    const made = await database.pool.query(`SELECT to_regclass('public.destinations') IS NOT NULL AS there`);
    expect(made.rows).toEqual([{ there: true }]);
  });

  test('is as it was after the retention has run on it, whatever the database sets', async () => {
    const home = await createDatabase({ settings: HOSTILE });
    const database = connect(home.url);
    await migrate(database);
    await database.pool.query(`SELECT ensure_partitions('2020-01-01'::date, 1)`);
    expect(await dropExpiredPartitions(database, 30)).toContain('alerts_20200101');
    await ensurePartitions(database);
    const clients = await Promise.all([1, 2, 3].map(() => database.pool.connect()));
    const asked = clients.map((client) => client.query(`SELECT current_setting('lock_timeout') AS timeout`));
    const answers = await Promise.all(asked);
    for (const client of clients) client.release();
    expect(answers.flatMap(({ rows }) => rows)).toEqual(Array(3).fill({ timeout: '0' }));
  });

  test('is pinned before its first use, at no statement more for each use', async () => {
    const home = await createDatabase();
    const database = connect(home.url);
    let statements = 0;
    database.pool.on('connect', (client) => {
      const query = client.query.bind(client) as (...parameters: unknown[]) => unknown;
      client.query = ((...parameters: unknown[]) => {
        statements += 1;
        return query(...parameters);
      }) as typeof client.query;
    });
    for (let n = 0; n < 3; n += 1) await database.pool.query('SELECT 1');
    expect(statements).toBe(3);
  });

  test('has its tables where the URL says', async () => {
    const home = await createDatabase();
    const admin = connect(home.url);
    await admin.pool.query('CREATE SCHEMA own; CREATE TABLE public.kysely_migration (other integer)');
    const database = connect(
      `${home.url}?options=${encodeURIComponent('-c search_path=own -c DateStyle=German')}`,
    );
    await migrate(database);
    const { rows } = await database.pool.query(`SELECT to_regclass('own.destinations') IS NOT NULL AS there,
      to_regclass('public.destinations') IS NULL AS alone, date '2026-07-01' AS day`);
    expect(rows).toEqual([{ there: true, alone: true, day: '2026-07-01' }]);
  });

  test.each([
    ['postgres://u:p@h/d', 'public'],
    ['postgres://u:p@h/d?sslmode=require', 'public'],
    ['postgres://u:p@h/d?options=-c%20statement_timeout%3D5', 'public'],
    ['postgres://u:p@h/d?options=-c%20search_path%3Dtocsin', 'tocsin'],
    ['postgres://u:p@h/d?sslmode=require&options=--search_path=tocsin,public+-c+x=1', 'tocsin,public'],
  ])('of %s has the search path %s', (url, searchPath) => {
    expect(searchPathOf(url)).toBe(searchPath);
  });
});

describe('a database', () => {
  test.each(['LATIN1', 'SQL_ASCII'])('whose encoding is %s is refused, with the reason', async (encoding) => {
    const database = connect((await createDatabase({ encoding })).url);
    const refusal = await migrate(database).catch((error) => error);
    expect(refusal).toBeInstanceOf(UnfitDatabaseError);
    expect(refusal.message).toContain(`encoding is ${encoding}`);
    const { rows } = await database.pool.query(`SELECT to_regclass('destinations') AS made`);
    expect(rows).toEqual([{ made: null }]);
  });

  test('without the schema that the URL chooses is refused, with its name', async () => {
    const home = await createDatabase();
    const database = connect(`${home.url}?options=-c%20search_path%3Dmissing`);
    await expect(migrate(database)).rejects.toThrow('has no schema missing');
  });
});

test('closing ends the connections, whichever way they were used', async () => {
  const home = await createDatabase();
  const ways = [
    (database: Database) => database.pool.query('SELECT 1'),
    (database: Database) => sql`SELECT 1`.execute(database.db),
    (database: Database) => migrate(database),
    async () => undefined,
  ];
  for (const use of ways) {
    const database = connectDatabase({ databaseUrl: home.url, poolMax: 3, applicationName: 'test', log });
    await use(database);
    await database.close();
    expect([database.pool.ended, database.pool.totalCount]).toEqual([true, 0]);
  }
});

describe('behind PgBouncer', () => {
  testBouncer.each([
    ['by session', { pool_mode: 'session' }],
    ['by session, without a reset', { pool_mode: 'session', server_reset_query: '' }],
    [
      'by session, with short-lived connections',
      { pool_mode: 'session', server_lifetime: 1, server_idle_timeout: 1 },
    ],
  ])('%s, everything works', async (_, settings) => {
    const url = await bouncing({ default_pool_size: 12, ...settings });
    const first = connect(url);
    await migrate(first);
    await first.pool.query(`SET DateStyle = 'German'`);
    await first.pool.query(`PREPARE left_over AS SELECT 1`);
    await first.pool.query(`SELECT pg_advisory_lock(1)`);
    // Its connections go back to the pooler, and on to the next one.
    await closers.pop()?.();
    const second = connect(url);
    await migrate(second);
    const { rows } = await second.pool.query(VALUES);
    expect(rows).toEqual([EXPECTED]);
    const left = await second.pool.query('SELECT name FROM pg_prepared_statements');
    expect(left.rows).toEqual([]);
    const committed = await inTransaction(second, async (client) =>
      client.query('SELECT pg_try_advisory_xact_lock(1) AS locked'),
    );
    expect(committed.rows).toEqual([{ locked: true }]);
  });

  testBouncer.each([
    ['by transaction', { pool_mode: 'transaction' }],
    ['by transaction, with one connection', { pool_mode: 'transaction', default_pool_size: 1 }],
    ['by transaction, taking turns', { pool_mode: 'transaction', server_round_robin: 1, min_pool_size: 2 }],
    [
      'by transaction, taking turns among many',
      { pool_mode: 'transaction', server_round_robin: 1, min_pool_size: 9 },
    ],
    ['by statement', { pool_mode: 'statement' }],
  ])('%s, the start is refused with the reason', async (_, settings) => {
    const database = connect(await bouncing(settings));
    const refusal = await migrate(database).catch((error) => error);
    expect(refusal.message).toContain('set pool_mode to session');
    expect(refusal).toBeInstanceOf(UnfitDatabaseError);
  });
});

test('connections for reads refuse to write; a process that has no others migrates all the same', async () => {
  const { url: databaseUrl } = await createDatabase();
  const reads = connectReads({ databaseUrl, applicationName: 'tocsin test', log });
  closers.push(() => reads.close());
  await migrate(reads);
  expect((await reads.pool.query('SELECT FROM alerts')).rowCount).toBe(0);
  await expect(reads.pool.query('DELETE FROM alerts')).rejects.toMatchObject({ code: '25006' });
  await expect(reads.db.deleteFrom('alerts').execute()).rejects.toMatchObject({ code: '25006' });
});
