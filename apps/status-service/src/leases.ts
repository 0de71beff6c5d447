import type { RetryPolicy } from '@tocsin/contract';
import { type Database, inTransaction } from '@tocsin/store';
import { DELIVERY_ROW_COLUMNS, type DeliveryRow } from './delivery-row.ts';
import { countMove, type LockedDestination, lockDestinations, storeDestinations } from './health.ts';
import { daysOf, LEASE_SECONDS, storeDeliveries } from './store-changes.ts';

/** Which jobs are no longer in any queue; one answer per reference, in order. */
export type FindMissing = (
  refs: { shard: number; deliveryId: string; round: number; feed: number }[],
) => Promise<boolean[]>;

export interface LeasesDeps {
  database: Database;
  findMissing: FindMissing;
  defaults: RetryPolicy;
  shards: number;
  /** Ends the work early, between two batches. */
  closing?: AbortSignal | undefined;
}

const BATCH = 2_000;

/** A lease is lengthened to this at most; seconds. So much later may a job be missed that was lost after it was found. */
const LEASE_SECONDS_MAX = 60;

/**
 * Looks after deliveries whose job should have spoken by now: a job that is still in its queue gets more time, one
 * that is gone (a crash before it was added, an emptied Redis, a job that BullMQ gave up on) sends its delivery back
 * to waiting, from where it is released again under a new feed.
 *
 * @returns how many deliveries were taken back
 */
export async function checkLeases(deps: LeasesDeps, shards: number[]): Promise<number> {
  let takenBack = 0;
  for (;;) {
    const { rows } = await deps.database.pool.query<DeliveryRow>(
      `SELECT ${DELIVERY_ROW_COLUMNS} FROM deliveries d
       WHERE d.lease_until <= now() AND (d.shard = ANY($1::integer[]) OR d.shard >= $2)
       ORDER BY d.lease_until LIMIT $3`,
      [shards, deps.shards, BATCH],
    );
    if (rows.length === 0) return takenBack;
    // A shard that is no longer configured has no worker: whatever waits there is lost.
    const known = rows.filter((row) => row.shard < deps.shards);
    const missing = await deps.findMissing(known.map((row) => ({ ...row, deliveryId: row.id })));
    const present = known.filter((_, index) => missing[index] !== true);
    const lost = rows.filter((row) => !present.includes(row));
    await extendLeases(deps.database, present);
    takenBack += await takeBack(deps, lost);
    if (rows.length < BATCH || deps.closing?.aborted) return takenBack;
  }
}

/** For as long again as the job has been due: one that waits in a long queue is looked for less and less often. */
async function extendLeases(database: Database, rows: DeliveryRow[]): Promise<void> {
  if (rows.length === 0) return;
  await database.pool.query(
    `UPDATE deliveries d SET lease_until = now() + least(
       greatest(now() - d.next_attempt_at, $3 * interval '1 second'), $4 * interval '1 second')
     WHERE d.received_day = ANY($1::date[]) AND d.id = ANY($2::uuid[]) AND d.lease_until <= now()`,
    [daysOf(rows), rows.map((row) => row.id), LEASE_SECONDS, LEASE_SECONDS_MAX],
  );
}

async function takeBack(deps: LeasesDeps, rows: DeliveryRow[]): Promise<number> {
  if (rows.length === 0) return 0;
  return inTransaction(deps.database, async (client) => {
    const destinations = await lockDestinations(
      client,
      rows.map((row) => row.destinationId),
      deps.defaults,
    );
    // No job has what is neither queued nor delayed: a lease of it means nothing, and would be found again for ever.
    await client.query(
      `UPDATE deliveries SET lease_until = NULL
       WHERE received_day = ANY($1::date[]) AND id = ANY($2::uuid[]) AND lease_until <= now()
         AND queue_state NOT IN ('queued', 'delayed')`,
      [daysOf(rows), rows.map((row) => row.id)],
    );
    // Read again under the lock: an outcome may have been committed since.
    const current = await client.query<DeliveryRow>(
      `SELECT ${DELIVERY_ROW_COLUMNS} FROM deliveries d
       WHERE d.received_day = ANY($1::date[]) AND d.id = ANY($2::uuid[]) AND d.lease_until <= now()
         AND d.queue_state IN ('queued', 'delayed')`,
      [daysOf(rows), rows.map((row) => row.id)],
    );
    const next = current.rows.map((row): DeliveryRow => {
      const destination = destinations.get(row.destinationId) as LockedDestination;
      countMove(destination, row.queueState, 'waiting', row.dueInMs);
      return { ...row, queueState: 'waiting' };
    });
    await storeDeliveries(client, next);
    await storeDestinations(client, destinations.values());
    return next.length;
  });
}

/** Makes every lease run out now; for when the queues are known to have lost everything. */
export async function endAllLeases(database: Database): Promise<void> {
  await database.pool.query(`UPDATE deliveries SET lease_until = now() WHERE lease_until > now()`);
}
