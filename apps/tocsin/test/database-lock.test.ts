import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { type Closable, createLogger } from '@tocsin/service';
import { waitFor } from '@tocsin/testkit';
import pg from 'pg';
import { lockDatabase } from '../src/up/database-lock.ts';
import { createStorage, type TestStorage } from './tocsin-process.ts';

const log = createLogger({ level: 'silent', service: 'test' });

let storage: TestStorage;
let client: pg.Client;
let locks: (Closable | null)[] = [];

beforeAll(async () => {
  storage = await createStorage('postgres');
  client = new pg.Client({ connectionString: storage.env.DATABASE_URL });
  await client.connect();
});

afterEach(async () => {
  await Promise.all(locks.map((lock) => lock?.close()));
  locks = [];
});

afterAll(async () => {
  await client.end();
  await storage.remove();
});

async function lock(): Promise<Closable | null> {
  const taken = await lockDatabase(storage.env.DATABASE_URL ?? '', log);
  locks.push(taken);
  return taken;
}

/** Which connections hold the lock. */
async function holders(): Promise<number[]> {
  const { rows } = await client.query<{ pid: number }>(
    `SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
  );
  return rows.map(({ pid }) => pid);
}

test('a database is claimed by one at a time', async () => {
  const first = await lock();
  expect(first).not.toBeNull();
  expect(await lock()).toBeNull();
  await first?.close();
  expect(await lock()).not.toBeNull();
});

test('a lock whose connection broke is taken again', async () => {
  await lock();
  const [before] = await holders();
  await client.query('SELECT pg_terminate_backend($1)', [before]);
  await waitFor(async () => (await holders()).some((pid) => pid !== before));
  expect(await lock()).toBeNull();
});

test('a lock that is closed while its connection is broken leaves nothing behind', async () => {
  const first = await lock();
  await client.query('SELECT pg_terminate_backend(pid) FROM unnest($1::int[]) pid', [await holders()]);
  await first?.close();
  await waitFor(async () => (await holders()).length === 0);
  expect(await lock()).not.toBeNull();
});
