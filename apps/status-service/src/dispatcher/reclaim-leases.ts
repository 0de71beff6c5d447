import type { Database } from '@tocsin/store';
import type { Commit } from '../commit/committer.ts';
import { DELIVERY_ROW_COLUMNS, type DeliveryRow, daysOf, LEASE_SECONDS } from '../delivery/delivery-row.ts';

/** Which jobs are no longer in any queue; one answer per reference, in order. */
export type FindMissing = (
  refs: { shard: number; deliveryId: string; round: number; dispatchNumber: number }[],
) => Promise<boolean[]>;

export interface LeasesDeps {
  database: Database;
  commit: Commit;
  findMissing: FindMissing;
  shards: number;
  /** Ends the work early, between two batches. */
  closing?: AbortSignal | undefined;
}

const BATCH = 2_000;

/** The longest extension of a lease; seconds. A job that is lost just after it was found is missed this much later. */
const LEASE_SECONDS_MAX = 60;

/**
 * Finds deliveries whose lease has expired without a report, and looks for their jobs. If the job is still in its
 * queue, the lease is extended. If it is lost (a crash before it was enqueued, an emptied Redis, a job that BullMQ gave
 * up on), the delivery goes back to `waiting` and is released again under a new dispatch number.
 *
 * @returns how many deliveries were reclaimed
 */
export async function reclaimLost(deps: LeasesDeps, shards: number[]): Promise<number> {
  let reclaimed = 0;
  for (;;) {
    const { rows } = await deps.database.pool.query<DeliveryRow>(
      `SELECT ${DELIVERY_ROW_COLUMNS} FROM deliveries d
       WHERE d.lease_until <= now() AND (d.shard = ANY($1::integer[]) OR d.shard >= $2)
       ORDER BY d.lease_until LIMIT $3`,
      [shards, deps.shards, BATCH],
    );
    if (rows.length === 0) return reclaimed;
    // A shard that is no longer configured has no worker: all jobs there are lost.
    const known = rows.filter((row) => row.shard < deps.shards);
    const missing = await deps.findMissing(known.map((row) => ({ ...row, deliveryId: row.id })));
    const present = known.filter((_, index) => missing[index] !== true);
    const lost = rows.filter((row) => !present.includes(row));
    await extendLeases(deps.database, present);
    if (lost.length > 0) reclaimed += (await deps.commit('reclaim', lost, { hasRoom: false })).result;
    if (rows.length < BATCH || deps.closing?.aborted) return reclaimed;
  }
}

/** By as long again as the job has been due, so that a job in a long queue is looked for less and less often. */
async function extendLeases(database: Database, rows: DeliveryRow[]): Promise<void> {
  if (rows.length === 0) return;
  await database.pool.query(
    `UPDATE deliveries d SET lease_until = now() + least(
       greatest(now() - d.next_attempt_at, $3 * interval '1 second'), $4 * interval '1 second')
     WHERE d.received_day = ANY($1::date[]) AND d.id = ANY($2::uuid[]) AND d.lease_until <= now()`,
    [daysOf(rows), rows.map((row) => row.id), LEASE_SECONDS, LEASE_SECONDS_MAX],
  );
}

/** Expires every lease now; for when the queues are known to have lost everything. */
export async function expireAllLeases(database: Database): Promise<void> {
  await database.pool.query(`UPDATE deliveries SET lease_until = now() WHERE lease_until > now()`);
}
