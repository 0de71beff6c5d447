import { type Actor, type Database, inTransaction, recordChange } from '@tocsin/store';

/**
 * Stops a bulk resend; the batch under way is waited for, and stays. One that has ended stays as it is.
 *
 * @returns whether it was running; null where there is no such bulk resend
 */
export async function cancelBulkResend(
  database: Database,
  id: string,
  actor: Actor,
): Promise<boolean | null> {
  return inTransaction(database, async (client) => {
    const { rows: cancelled } = await client.query<{ matched: number; resent: number }>(
      `UPDATE resends SET state = 'cancelled', updated_at = now() WHERE id = $1 AND state = 'running'
       RETURNING matched, resent`,
      [id],
    );
    const [detail] = cancelled;
    if (detail !== undefined) {
      await recordChange(client, {
        actor,
        action: 'resend.cancelled',
        subject: `resend/${id}`,
        detail: { ...detail },
      });
      return true;
    }
    const { rows } = await client.query('SELECT FROM resends WHERE id = $1', [id]);
    return rows.length === 0 ? null : false;
  });
}

/** Bulk resends that are kept, the running ones besides. */
const KEPT_MAX = 10_000;

/**
 * Prunes bulk resends that ended longer ago than the retention, and those before the newest 10,000.
 *
 * @returns how many
 */
export async function pruneEndedResends(
  { pool }: Database,
  retentionDays: number,
  keptMax = KEPT_MAX,
): Promise<number> {
  const { rowCount } = await pool.query(
    `DELETE FROM resends WHERE state <> 'running' AND (updated_at < now() - $1 * interval '1 day'
       OR created_at <= (SELECT created_at FROM resends ORDER BY created_at DESC, id DESC OFFSET $2 LIMIT 1))`,
    [retentionDays, keptMax],
  );
  return rowCount ?? 0;
}
