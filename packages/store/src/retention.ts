import type pg from 'pg';
import type { Database } from './database.ts';
import { PINNED } from './pinned-session.ts';
import { withSessionLock } from './session-lock.ts';

/** A partition that is used for longer than this is left for the next time; milliseconds. */
const LOCK_TIMEOUT_MS = 1_000;

/** SQLSTATE lock_not_available. */
const LOCK_TIMEOUT_CODE = '55P03';

/** Rows deleted in one statement, so that each is short. */
const CHUNK = 5_000;

/** Comment on a detached partition: tells it from an unrelated table with such a name. */
const MARK = 'tocsin: to be dropped';

/** The partition of one day; once detached, an ordinary table. */
interface ExpiredPartition {
  name: string;
  parent: string;
  state: 'attached' | 'detaching' | 'detached';
}

/**
 * Drops the partitions of days further back than the retention, and prunes those days' alert ids, whether or not they
 * have partitions: the next run completes one that was interrupted.
 *
 * @param retentionDays how many days of history stay, today included
 * @returns the names of the tables that were dropped
 * @throws the database's error where a partition cannot be dropped, or is in use for too long; everything else was
 *   still done
 */
export async function dropExpiredPartitions(database: Database, retentionDays: number): Promise<string[]> {
  const { dropped, failure } = await dropPartitions(database, retentionDays);
  for (const table of ['alert_outbox', 'alert_ids']) await deleteExpired(database, table, retentionDays);
  if (failure !== undefined) throw failure;
  return dropped;
}

interface Dropped {
  dropped: string[];
  /** The error of the first partition that could not be dropped. */
  failure?: unknown;
}

/** @returns the tables dropped; none if another process is doing this already */
async function dropPartitions(database: Database, retentionDays: number): Promise<Dropped> {
  // Not in a transaction: DETACH CONCURRENTLY cannot run in one.
  const done = await withSessionLock(database, { lock: 'tocsin retention', how: 'try' }, (client) =>
    withLockTimeout(client, () => dropEach(client, retentionDays)),
  );
  return done ?? { dropped: [] };
}

async function dropEach(client: pg.PoolClient, retentionDays: number): Promise<Dropped> {
  const dropped: string[] = [];
  let failure: unknown;
  for (const partition of await findExpired(client, retentionDays)) {
    try {
      await dropPartition(client, partition);
      dropped.push(partition.name);
    } catch (error) {
      failure ??= error;
      // The others are likely to be in use by the same reader.
      if ((error as { code?: string }).code === LOCK_TIMEOUT_CODE) break;
    }
  }
  return { dropped, failure };
}

/** Found by name and mark, so that a table detached but not yet dropped is found again. */
async function findExpired(client: pg.PoolClient, retentionDays: number): Promise<ExpiredPartition[]> {
  const { rows } = await client.query<ExpiredPartition>(
    `SELECT c.relname AS name, p.relname AS parent,
       CASE WHEN i.inhrelid IS NULL THEN 'detached' WHEN i.inhdetachpending THEN 'detaching' ELSE 'attached' END AS state
     FROM pg_class p
     JOIN pg_class c ON c.relnamespace = p.relnamespace AND c.relkind = 'r'
       AND left(c.relname, -9) = p.relname AND c.relname ~ '_[0-9]{8}$'
     LEFT JOIN pg_inherits i ON i.inhrelid = c.oid AND i.inhparent = p.oid
     WHERE p.relname IN ('alerts', 'routings', 'deliveries', 'attempts') AND p.relkind = 'p'
       AND p.relnamespace = current_schema()::regnamespace
       AND right(c.relname, 8) <= to_char((now() AT TIME ZONE 'UTC')::date - $1::integer, 'YYYYMMDD')
       AND (i.inhrelid IS NOT NULL OR obj_description(c.oid, 'pg_class') = $2)
     ORDER BY i.inhdetachpending DESC NULLS LAST, c.relname`,
    [retentionDays, MARK],
  );
  return rows;
}

/**
 * Detaches the partition first, with a lock that blocks no reads or inserts: dropping an attached one locks its parent,
 * and so every insert, until the slowest reader is done. An unfinished detach has to be finished before another
 * partition of the same parent can be detached.
 */
async function dropPartition(
  client: pg.PoolClient,
  { name, parent, state }: ExpiredPartition,
): Promise<void> {
  if (state !== 'detached') {
    await client.query(`COMMENT ON TABLE "${name}" IS '${MARK}'`);
    const how = state === 'detaching' ? 'FINALIZE' : 'CONCURRENTLY';
    await client.query(`ALTER TABLE "${parent}" DETACH PARTITION "${name}" ${how}`);
  }
  await client.query(`DROP TABLE IF EXISTS "${name}"`);
}

/** Runs `work` on a connection with a limited wait for locks. */
async function withLockTimeout<T>(client: pg.PoolClient, work: () => Promise<T>): Promise<T> {
  await client.query(`SET lock_timeout = ${LOCK_TIMEOUT_MS}`);
  try {
    return await work();
  } finally {
    // Not RESET, which goes back to what the database or role sets.
    await client.query(`SET lock_timeout = ${PINNED.lock_timeout}`);
  }
}

async function deleteExpired(database: Database, table: string, retentionDays: number): Promise<void> {
  for (;;) {
    const { rowCount } = await database.pool.query(
      `DELETE FROM ${table} WHERE alert_id IN (
         SELECT alert_id FROM ${table} WHERE received_day <= (now() AT TIME ZONE 'UTC')::date - $1::integer LIMIT ${CHUNK}
       )`,
      [retentionDays],
    );
    if ((rowCount ?? 0) < CHUNK) return;
  }
}
