import type pg from 'pg';
import type { Database } from './database.ts';

/** Tasks that only one session at a time may do, among all processes on a database. */
export type SessionLock = 'tocsin migrations' | 'tocsin retention' | 'tocsin up';

type Client = Pick<pg.ClientBase, 'query'>;

/**
 * Takes an advisory lock of Postgres; the session holds it until it releases it or ends.
 *
 * @param how `wait` for as long as another session has it, or only `try`
 * @returns whether this session has it
 */
export async function lockSession(client: Client, lock: SessionLock, how: 'wait' | 'try'): Promise<boolean> {
  if (how === 'wait') {
    await client.query('SELECT pg_advisory_lock(hashtext($1))', [lock]);
    return true;
  }
  const { rows } = await client.query<{ locked: boolean }>(
    'SELECT pg_try_advisory_lock(hashtext($1)) AS locked',
    [lock],
  );
  return rows[0]?.locked === true;
}

/** Releases it explicitly: behind a pooler, the session may outlive the connection. */
export async function unlockSession(client: Client, lock: SessionLock): Promise<void> {
  await client.query('SELECT pg_advisory_unlock(hashtext($1))', [lock]);
}

/**
 * Runs `work` on a connection that holds a lock, then releases both, also after an error. If the release of the lock is
 * not confirmed, the connection is closed.
 *
 * @returns what `work` returns; undefined if `how` is `try` and another session has the lock
 */
export async function withSessionLock<T>(
  { pool }: Pick<Database, 'pool'>,
  { lock, how }: { lock: SessionLock; how: 'wait' | 'try' },
  work: (client: pg.PoolClient) => Promise<T>,
): Promise<T | undefined> {
  const client = await pool.connect();
  let broken: Error | undefined;
  const isBroken = (error: Error) => {
    broken = error;
  };
  try {
    const isLocked = await lockSession(client, lock, how).catch((error: Error) => {
      isBroken(error);
      throw error;
    });
    if (!isLocked) return undefined;
    try {
      return await work(client);
    } finally {
      await unlockSession(client, lock).catch(isBroken);
    }
  } finally {
    client.release(broken);
  }
}
