import type pg from 'pg';

/** The oldest Postgres that has everything the statements use. */
const VERSION_MIN = 15;

/** A database that Tocsin must not work on; the message says why and what to do, for the person who starts it. */
export class UnfitDatabaseError extends Error {
  readonly code = 'unfit_database';

  constructor(message: string) {
    super(message);
    this.name = 'UnfitDatabaseError';
  }
}

/** Facts that a server reports about itself. */
export interface DatabaseFacts {
  /** As in `server_version_num`: 150018 is 15.18. */
  version: number;
  encoding: string;
  /** Whether it is a standby, which is read-only. */
  isStandby: boolean;
  /** Where tables are made; null where the search path names no schema that exists. */
  schema: string | null;
  searchPath: string;
}

/** Why Tocsin cannot work on a database with these facts, in a sentence; null where it can. Pure. */
export function unfitnessOf({
  version,
  encoding,
  isStandby,
  schema,
  searchPath,
}: DatabaseFacts): string | null {
  if (version < VERSION_MIN * 10_000)
    return `Postgres is of version ${Math.floor(version / 10_000)}; Tocsin needs ${VERSION_MIN} or later.`;
  if (encoding !== 'UTF8')
    return (
      `The database's encoding is ${encoding}, which cannot hold every alert's text; Tocsin needs UTF8. ` +
      `Make another: CREATE DATABASE tocsin ENCODING 'UTF8' LOCALE 'C.UTF-8' TEMPLATE template0.`
    );
  if (isStandby) return 'The database is a standby, which takes no changes; give the address of the primary.';
  if (schema === null)
    return `The database has no schema ${searchPath}; create it, or name another in the URL.`;
  return null;
}

const POOLED =
  'Between Tocsin and Postgres is a pooler that gives each transaction another session (PgBouncer with pool_mode ' +
  'transaction or statement). Settings and locks of a session do not hold there; set pool_mode to session.';

/**
 * Looks at a database before anything is done on it. The pool must allow two connections.
 *
 * @throws UnfitDatabaseError where Tocsin cannot work on it; else what pg throws
 */
export async function assertFitDatabase({ pool }: { pool: pg.Pool }): Promise<void> {
  const { rows } = await pool.query<DatabaseFacts>(
    `SELECT current_setting('server_version_num')::integer AS version, current_setting('server_encoding') AS encoding,
       pg_is_in_recovery() AS "isStandby", current_schema()::text AS schema,
       current_setting('search_path') AS "searchPath"`,
  );
  const reason = unfitnessOf(rows[0] as DatabaseFacts);
  if (reason !== null) throw new UnfitDatabaseError(reason);
  if (!(await keepsSessions(pool))) throw new UnfitDatabaseError(POOLED);
}

const ROUNDS = 3;

/**
 * Whether a connection keeps one session. A transaction pooler that rotates gives two statements in a row two sessions.
 * One that reuses the latest session gives it to the second connection; while that holds it in a transaction, the first
 * gets another. Other users of the pooler can hide this in one round, hardly in all.
 */
async function keepsSessions(pool: pg.Pool): Promise<boolean> {
  const [first, second] = await Promise.all([pool.connect(), pool.connect()]);
  try {
    for (let round = 0; round < ROUNDS; round += 1) {
      const own = await sessionOf(first);
      if ((await sessionOf(first)) !== own) return false;
      await second.query('BEGIN');
      // The second is checked first: while it holds the session, the first may not get one.
      if ((await sessionOf(second)) === own || (await sessionOf(first)) !== own) return false;
      await second.query('COMMIT');
    }
    return true;
  } catch (error) {
    // A statement pooler refuses transactions.
    if (/statement pooling/.test((error as Error).message)) return false;
    throw error;
  } finally {
    first.release(true);
    second.release(true);
  }
}

async function sessionOf(client: pg.ClientBase): Promise<number> {
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  return (rows[0] as { pid: number }).pid;
}
