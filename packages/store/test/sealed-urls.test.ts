import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createSealer, generateSecretKeys, parseSecretKeys } from '@tocsin/secrets';
import { createTestDatabase, type TestDatabase } from '@tocsin/testkit';
import { Migrator } from 'kysely/migration';
import { connectDatabase, createDestinationDirectory, type Database, migrate } from '../src/index.ts';
import * as initial from '../src/migrations/0001-initial.ts';
import * as statistics from '../src/migrations/0002-statistics.ts';
import * as bulkResends from '../src/migrations/0003-bulk-resends.ts';
import * as sessions from '../src/migrations/0004-sessions.ts';

const sealer = createSealer(parseSecretKeys(generateSecretKeys()));
const LIVE = '8a14e590-96c5-48b1-bc7e-5025ad979f9e';
const DELETED = '8a14e590-96c5-48b1-bc7e-5025ad979f9f';
const PATH = '/services/T0/path-canary';
const URL_OF = `https://hooks.example.com${PATH}?token=query-canary`;
const CANARY = /path-canary|query-canary|echo-canary/;

let home: TestDatabase;
let database: Database;
let warnings: string[];

/** A database as the version before left it. */
beforeEach(async () => {
  home = await createTestDatabase('sealed');
  database = connect();
  warnings = [];
  const before = {
    '0001-initial': initial,
    '0002-statistics': statistics,
    '0003-bulk-resends': bulkResends,
    '0004-sessions': sessions,
  };
  const { error } = await new Migrator({
    db: database.db,
    provider: { getMigrations: async () => before },
  }).migrateToLatest();
  if (error !== undefined) throw error;
});

afterEach(async () => {
  for (const each of connected.splice(0)) await each.close();
  await home?.drop();
});

const log = {
  info: () => undefined,
  warn: (_: object, message: string) => warnings.push(message),
};
const connected: Database[] = [];
const connect = () => {
  const each = connectDatabase({ databaseUrl: home.url, poolMax: 4, applicationName: 'test', log });
  connected.push(each);
  return each;
};

async function insertOld(id: string, name: string, isDeleted: boolean): Promise<void> {
  await database.pool.query(
    `INSERT INTO destinations (id, display_name, url, severities, alert_types, log_types, require_log_type, headers,
       include_context, enabled, timeout_ms, retry, max_in_flight, deleted_at)
     VALUES ($1, $2, $3, '{}', '{RULE}', '{}', false, '[]', false, true, 1000, '{}', 1, CASE WHEN $4 THEN now() END)`,
    [id, name, URL_OF, isDeleted],
  );
}

const audit = (action: string, detail: object) =>
  database.pool.query(`INSERT INTO audit_log (actor, action, subject, detail) VALUES ('a', $1, 's', $2)`, [
    action,
    JSON.stringify(detail),
  ]);

/** Everything that a dump of these tables holds. */
async function dump(): Promise<string> {
  const tables = await Promise.all(
    ['destinations', 'audit_log'].map((table) => database.pool.query(`SELECT t::text FROM ${table} t`)),
  );
  return JSON.stringify(tables.map(({ rows }) => rows));
}

/** Everything that the tables' files hold, dead rows and dropped columns included. */
async function readFiles(): Promise<string> {
  await database.pool.query('CHECKPOINT');
  const { rows } = await database.pool.query<{ bytes: Buffer }>(
    `SELECT pg_read_binary_file(pg_relation_filepath(c.oid)) AS bytes
     FROM pg_class c WHERE c.relname IN ('destinations', 'audit_log')`,
  );
  return rows.map(({ bytes }) => bytes.toString('latin1')).join();
}

test('URLs that were stored in clear are sealed, and nothing of their path or query is left in any file', async () => {
  await insertOld(LIVE, 'live', false);
  await insertOld(DELETED, 'deleted', true);
  expect(await readFiles()).toMatch(CANARY);
  await migrate(database, { sealer });
  expect(await dump()).not.toMatch(CANARY);
  expect(await readFiles()).not.toMatch(CANARY);
  const { list } = await createDestinationDirectory({ database, sealer }).current();
  expect(list).toMatchObject([{ id: LIVE, url: URL_OF, secretsFault: null }]);
  const { rows } = await database.pool.query(
    'SELECT id, url_origin, sealed_url IS NULL AS "isGone" FROM destinations ORDER BY id',
  );
  expect(rows).toEqual([
    { id: LIVE, url_origin: 'https://hooks.example.com', isGone: false },
    { id: DELETED, url_origin: 'https://hooks.example.com', isGone: true },
  ]);
});

test('old audit entries keep the origin of a URL, and not what a tested receiver answered', async () => {
  await audit('destination.created', { displayName: 'x', url: URL_OF });
  await audit('destination.updated', { url: { from: URL_OF, to: `${URL_OF}&a=\\b"c` }, enabled: true });
  await audit('destination.tested', {
    url: 'https://hooks.example.com',
    responseBody: `you called ${PATH} echo-canary`,
    error: { code: 'protocol', message: `from HTTPS://hooks.example.com:8443${PATH} it came` },
  });
  await audit('destination.tested', { responseBody: null, statusCode: 204 });
  await audit('api_key.created', { name: 'https://example.com/kept' });
  await migrate(database, { sealer });
  expect(await readFiles()).not.toMatch(CANARY);
  const { rows } = await database.pool.query('SELECT detail FROM audit_log ORDER BY id');
  expect(rows.map(({ detail }) => detail)).toEqual([
    { displayName: 'x', url: 'https://hooks.example.com' },
    { url: { from: 'https://hooks.example.com', to: 'https://hooks.example.com' }, enabled: true },
    {
      url: 'https://hooks.example.com',
      responseBody: '********',
      error: { code: 'protocol', message: 'from HTTPS://hooks.example.com:8443 it came' },
    },
    { responseBody: null, statusCode: 204 },
    { name: 'https://example.com/kept' },
  ]);
});

test('a service without keys waits, and goes on once another one has sealed them', async () => {
  await insertOld(LIVE, 'live', false);
  const keyless = connect();
  let isDone = false;
  const waiting = migrate(keyless, { log }).then(() => {
    isDone = true;
  });
  while (warnings.length === 0) await wait(10);
  expect(isDone).toBe(false);
  await migrate(database, { sealer });
  await waiting;
  expect(warnings).toEqual([expect.stringContaining('TOCSIN_SECRET_KEYS')]);
});

test('a service without keys migrates where there is nothing to seal', async () => {
  await insertOld(DELETED, 'deleted', true);
  await migrate(database, { log });
  expect(warnings).toEqual([]);
  expect(await dump()).not.toMatch(CANARY);
});

test('several services may seal at once: it happens one time', async () => {
  await insertOld(LIVE, 'live', false);
  const others = [connect(), connect()];
  await Promise.all([database, ...others].map((each) => migrate(each, { sealer })));
  const { list } = await createDestinationDirectory({ database, sealer }).current();
  expect(list).toMatchObject([{ url: URL_OF }]);
});
