import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createTestDatabase, type TestDatabase, waitFor } from '@tocsin/testkit';
import { connectDatabase, type Database } from '../src/index.ts';
import { withSessionLock } from '../src/session-lock.ts';

const WAIT = { lock: 'tocsin retention', how: 'wait' } as const;
const TRY = { lock: 'tocsin retention', how: 'try' } as const;

let home: TestDatabase;
let database: Database;

beforeEach(async () => {
  home = await createTestDatabase('lock');
  const log = { warn: () => undefined };
  database = connectDatabase({ databaseUrl: home.url, poolMax: 3, applicationName: 'tocsin test', log });
});
afterEach(async () => {
  await database.close();
  await home.drop();
});

async function countLocks(granted: boolean): Promise<number> {
  const { rows } = await database.pool.query<{ count: number }>(
    `SELECT count(*)::integer FROM pg_locks l JOIN pg_database d ON d.oid = l.database
     WHERE l.locktype = 'advisory' AND d.datname = current_database() AND l.granted = $1`,
    [granted],
  );
  return rows[0]?.count ?? 0;
}

test('one is at work at a time: another waits for its turn, or finds that there is nothing to do', async () => {
  const { promise: end, resolve: endFirst } = Promise.withResolvers<void>();
  const order: string[] = [];
  const first = withSessionLock(database, WAIT, async () => {
    order.push('first');
    await end;
    order.push('first ends');
  });
  await waitFor(() => order.length > 0);
  expect(await withSessionLock(database, TRY, async () => order.push('in between'))).toBeUndefined();
  const other = { ...TRY, lock: 'tocsin migrations' } as const;
  expect(await withSessionLock(database, other, async () => 'another lock')).toBe('another lock');
  const second = withSessionLock(database, WAIT, async () => order.push('second'));
  await waitFor(async () => (await countLocks(false)) === 1);
  endFirst();
  await Promise.all([first, second]);
  expect(order).toEqual(['first', 'first ends', 'second']);
  expect(await countLocks(true)).toBe(0);
});

test('it is given back where the work fails', async () => {
  const failing = withSessionLock(database, WAIT, async () => {
    throw new Error('in vain');
  });
  await expect(failing).rejects.toThrow('in vain');
  expect(await countLocks(true)).toBe(0);
  expect(await withSessionLock(database, TRY, async () => 'mine')).toBe('mine');
});

test('a connection that broke is not used again', async () => {
  const work = withSessionLock(database, WAIT, (client) =>
    client.query('SELECT pg_terminate_backend(pg_backend_pid())'),
  );
  await expect(work).rejects.toThrow();
  const pids = await Promise.all([1, 2, 3].map(() => database.pool.query('SELECT pg_backend_pid()')));
  expect(pids).toHaveLength(3);
  expect(await countLocks(true)).toBe(0);
});
