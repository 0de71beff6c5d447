import type { Database } from './database.ts';

/** How many days' partitions exist ahead of today. */
const DAYS_AHEAD = 3;

/** Makes the partitions of today (UTC, by the database's clock) and the days after it. */
export async function ensurePartitions(database: Database): Promise<void> {
  await database.pool.query(`SELECT ensure_partitions((now() AT TIME ZONE 'UTC')::date, $1)`, [
    DAYS_AHEAD + 1,
  ]);
}

/** Whether an insert failed because its day has no partition (SQLSTATE 23514 without a constraint's name). */
export function isMissingPartition(error: unknown): boolean {
  const { code, message } = error as { code?: string; message?: string };
  return code === '23514' && message?.startsWith('no partition of relation') === true;
}

/**
 * Drops the partitions of days further back than the retention, and forgets their alert ids.
 *
 * @param retentionDays how many days of history stay, today included
 * @returns the names of the tables that were dropped
 */
export async function dropExpiredPartitions(database: Database, retentionDays: number): Promise<string[]> {
  const { rows } = await database.pool.query<{ name: string; day: string }>(
    `SELECT c.relname AS name, to_char(to_date(right(c.relname, 8), 'YYYYMMDD'), 'YYYY-MM-DD') AS day
     FROM pg_inherits i
     JOIN pg_class c ON c.oid = i.inhrelid
     JOIN pg_class p ON p.oid = i.inhparent
     WHERE p.relname IN ('alerts', 'routings', 'deliveries', 'attempts')
       AND c.relname ~ '_[0-9]{8}$'
       AND to_date(right(c.relname, 8), 'YYYYMMDD') <= (now() AT TIME ZONE 'UTC')::date - $1::integer
     ORDER BY c.relname`,
    [retentionDays],
  );
  for (const { name } of rows) await database.pool.query(`DROP TABLE IF EXISTS "${name}"`);
  for (const day of new Set(rows.map((row) => row.day))) {
    await database.pool.query('DELETE FROM alert_outbox WHERE received_day = $1', [day]);
    await database.pool.query('DELETE FROM alert_ids WHERE received_day = $1', [day]);
  }
  return rows.map((row) => row.name);
}
