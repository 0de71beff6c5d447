import type { Database } from '@tocsin/store';
import { type EndDeps, endOpen } from '../commit/end-open.ts';

/** The dispatcher has other work too; the rest is for its next tick. */
const BATCHES_MAX = 5;

/**
 * Cancels what is still open for destinations that are deleted, or were and came back, a few thousand at a time.
 *
 * @returns how many deliveries were cancelled
 */
export async function cancelForDeleted(deps: EndDeps): Promise<number> {
  const { rows } = await deps.database.pool.query<{ id: string }>(
    `SELECT h.destination_id AS id FROM destination_health h JOIN destinations d ON d.id = h.destination_id
     WHERE h.waiting + h.queued + h.delayed > 0 AND (d.deleted_at IS NOT NULL OR d.revived_at IS NOT NULL)`,
  );
  const ids = rows.map((row) => row.id);
  if (ids.length === 0) return 0;
  const { count, isAll } = await endOpen(
    deps,
    'cancelled',
    {
      condition: `d.destination_id = ANY($1::uuid[]) AND EXISTS (
        SELECT FROM destinations t
        WHERE t.id = d.destination_id AND (t.deleted_at IS NOT NULL OR d.round_started_at < t.revived_at)
      )`,
      parameter: ids,
    },
    BATCHES_MAX,
  );
  if (isAll) await clearRevivals(deps.database, ids);
  return count;
}

/**
 * No delivery from before the revival is open or opens again: open ones need not be searched for it. A transaction that
 * began before the revival may still be under way for a while.
 */
async function clearRevivals({ pool }: Database, ids: string[]): Promise<void> {
  await pool.query(
    `UPDATE destinations SET revived_at = NULL WHERE id = ANY($1::uuid[]) AND revived_at < now() - interval '10 minutes'`,
    [ids],
  );
}
