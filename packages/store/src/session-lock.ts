import type pg from 'pg';
import type { Database } from './database.ts';

/** What one session at a time does, of all processes on a database. */
export type SessionLock = 'tocsin migrations' | 'tocsin retention' | 'tocsin up';

type Client = Pick<pg.ClientBase, 'query'>;

/**
 * Takes an advisory lock of Postgres, which the session has until it gives it back or ends.
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

/** Gives it back. Said, and not left to the end of the connection: behind a pooler, the session may outlive that. */
export async function unlockSession(client: Client, lock: SessionLock): Promise<void> {
  await client.query('SELECT pg_advisory_unlock(hashtext($1))', [lock]);
}

/**
 * Runs `work` on a connection that has a lock, and gives both back whatever becomes of it. A connection of which it is not
 * known whether it still has the lock is closed.
 *
 * @returns what `work` returns; undefined where the lock was only tried for, and another session has it
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
