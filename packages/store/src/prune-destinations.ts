import { LIMITS } from '@tocsin/contract';
import type { Database } from './database.ts';

/**
 * Newest deleted destinations that are kept. A key that makes destinations and deletes them could otherwise fill the
 * database, and slow down every change of the others.
 */
const KEPT_MAX = LIMITS.destinationsMax;

/** Hours that the row of a deleted destination stays at least: copies learn of the deletion from it. */
const KEPT_HOURS_MIN = 2;

/**
 * Prunes destinations deleted longer ago than the retention, and all but the newest 10,000 deleted ones, with their
 * counts. Deliveries keep the destination's name. A destination with open deliveries stays.
 *
 * @param retentionDays how long alerts are kept
 * @returns how many were pruned
 */
export async function pruneDeletedDestinations(
  { pool }: Pick<Database, 'pool'>,
  { retentionDays, keptMax = KEPT_MAX }: { retentionDays: number; keptMax?: number },
): Promise<number> {
  const { rowCount } = await pool.query(
    `WITH surplus AS (
       SELECT d.id FROM (
         SELECT id, deleted_at, row_number() OVER (ORDER BY deleted_at DESC, id) AS place
         FROM destinations WHERE deleted_at IS NOT NULL
       ) AS d LEFT JOIN destination_health h ON h.destination_id = d.id
       WHERE (d.place > $2 OR d.deleted_at < now() - make_interval(days => $1 + 1))
         AND d.deleted_at < now() - make_interval(hours => $3)
         AND coalesce(h.waiting + h.queued + h.delayed, 0) = 0
     ), pruned AS (
       DELETE FROM destinations USING surplus
       WHERE destinations.id = surplus.id AND deleted_at < now() - make_interval(hours => $3)
       RETURNING destinations.id
     ), uncounted AS (
       DELETE FROM destination_health USING pruned WHERE destination_id = pruned.id
     ), unpaused AS (
       DELETE FROM destination_pauses USING pruned WHERE destination_id = pruned.id
     ), without_turns AS (
       DELETE FROM destination_turns USING pruned WHERE destination_id = pruned.id
     ), untold AS (
       DELETE FROM failure_notices USING pruned WHERE destination_id = pruned.id AND unreported = 0
     )
     SELECT id FROM pruned`,
    [retentionDays, keptMax, KEPT_HOURS_MIN],
  );
  return rowCount ?? 0;
}
