import type { Database } from '../database.ts';
import { AUDIT_ACTIONS } from './record-change.ts';

/** Entries are kept for a year, or as long as alerts are, whichever is longer. */
const DAYS_MIN = 365;

/** Entries kept of each action: a key that causes many entries of one kind does not displace the others. */
const ENTRIES_PER_ACTION_MAX = 20_000;

/**
 * Deletes audit entries that are older than a year (or the retention, where that is longer), and of each action all but
 * the newest 20,000.
 *
 * @param retentionDays how long alerts are kept
 * @returns how many entries were deleted
 */
export async function pruneAuditLog(
  { pool }: Pick<Database, 'pool'>,
  { retentionDays, entriesMax = ENTRIES_PER_ACTION_MAX }: { retentionDays: number; entriesMax?: number },
): Promise<number> {
  const days = Math.max(DAYS_MIN, retentionDays);
  const old = await pool.query('DELETE FROM audit_log WHERE at < now() - make_interval(days => $1)', [days]);
  // One statement for all actions; each looks at one range of the index (action, id).
  const surplus = await pool.query(
    `DELETE FROM audit_log USING unnest($1::text[]) AS known (action), LATERAL (
       SELECT id FROM audit_log WHERE action = known.action ORDER BY id DESC OFFSET $2 LIMIT 1
     ) AS oldest
     WHERE audit_log.action = known.action AND audit_log.id <= oldest.id`,
    [AUDIT_ACTIONS, entriesMax],
  );
  return (old.rowCount ?? 0) + (surplus.rowCount ?? 0);
}
