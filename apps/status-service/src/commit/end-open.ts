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

const BATCH = 1_000;

/**
 * Ends open deliveries, batch after batch.
 *
 * @param which.condition of `deliveries d`, with one parameter
 * @returns how many, and whether none is left
 */
export async function endOpen(
  { database, commit, closing }: EndDeps,
  end: End,
  { condition, parameter }: { condition: string; parameter: unknown },
  batchesMax = Number.POSITIVE_INFINITY,
): Promise<{ count: number; isAll: boolean }> {
  let count = 0;
  for (let batch = 0; batch < batchesMax && closing?.aborted !== true; batch += 1) {
    const { rows } = await database.pool.query<DeliveryRow>(
      `SELECT ${DELIVERY_ROW_COLUMNS} FROM deliveries d WHERE ${IS_OPEN} AND ${condition} LIMIT ${BATCH}`,
      [parameter],
    );
    if (rows.length > 0)
      count += (await commit('ends', { end, deliveries: rows }, { hasRoom: false })).result;
    if (rows.length < BATCH) return { count, isAll: true };
  }
  return { count, isAll: false };
}
