import type { Database } from './database.ts';
import { inTransaction } from './transaction.ts';

/** How many days' partitions exist ahead of today. */
const DAYS_AHEAD = 3;

/** How long housekeeping waits for a lock, in milliseconds: while it waits, others queue behind it. */
const LOCK_TIMEOUT_MS = 1_000;

/**
 * Makes the partitions of today (UTC, by the database's clock) and the days after it.
 *
 * @param options.lockTimeoutMs how long to wait for locks of other sessions, in milliseconds; 0 is without limit
 */
export async function ensurePartitions(
  database: Database,
  { lockTimeoutMs = LOCK_TIMEOUT_MS }: { lockTimeoutMs?: number } = {},
): Promise<void> {
  await inTransaction(database, async (client) => {
    await client.query(`SELECT set_config('lock_timeout', $1, true)`, [String(lockTimeoutMs)]);
    await client.query(`SELECT ensure_partitions((now() AT TIME ZONE 'UTC')::date, $1)`, [DAYS_AHEAD + 1]);
  });
}

/**
 * Whether an insert failed because its day has no partition: SQLSTATE 23514 from the routine that looks for it. The
 * message is in the server's language.
 */
export function isMissingPartition(error: unknown): boolean {
  const { code, routine } = error as { code?: string; routine?: string };
  return code === '23514' && routine === 'ExecFindPartition';
}
