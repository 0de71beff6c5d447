import type { Database } from '@tocsin/store';
import { DELIVERY_ROW_COLUMNS, type DeliveryRow, IS_OPEN } from '../delivery/delivery-row.ts';
import type { End } from './apply-ends.ts';
import type { Commit } from './committer.ts';

export interface EndDeps {
  database: Database;
  commit: Commit;
  /** Ends the work early, between two batches. */
  closing?: AbortSignal | undefined;
}

/** How many are ended in one commit. */
export const END_BATCH = 1_000;

/**
 * Ends open deliveries, batch after batch.
 *
 * @param which.condition of `deliveries d`, with one parameter
 * @param which.source what stands for `deliveries d` in FROM, with the same parameter
 * @returns how many, and whether none is left
 */
export async function endOpen(
  { database, commit, closing }: EndDeps,
  end: End,
  {
    condition,
    source = 'deliveries d',
    parameter,
  }: { condition: string; source?: string; parameter: unknown },
  batchesMax = Number.POSITIVE_INFINITY,
): Promise<{ count: number; isAll: boolean }> {
  let count = 0;
  for (let batch = 0; batch < batchesMax && closing?.aborted !== true; batch += 1) {
    const { rows } = await database.pool.query<DeliveryRow>(
      `SELECT ${DELIVERY_ROW_COLUMNS} FROM ${source} WHERE ${IS_OPEN} AND ${condition} LIMIT ${END_BATCH}`,
      [parameter],
    );
    if (rows.length > 0)
      count += (await commit('ends', { end, deliveries: rows }, { hasRoom: false })).result;
    if (rows.length < END_BATCH) return { count, isAll: true };
  }
  return { count, isAll: false };
}
