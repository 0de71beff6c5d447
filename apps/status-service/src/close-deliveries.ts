import type { RetryPolicy } from '@tocsin/contract';
import { type Database, inTransaction } from '@tocsin/store';
import { DELIVERY_ROW_COLUMNS, type DeliveryRow } from './delivery-row.ts';
import { countFailures } from './failure-notices.ts';
import { countMove, type LockedDestination, lockDestinations, storeDestinations } from './health.ts';
import type { DeadDelivery } from './log-failure.ts';
import { createRoundEnds } from './resend-outcomes.ts';
import { createOutcomeCounts } from './statistics/count-commits.ts';
import { createAlertCounts, daysOf, storeDeliveries } from './store-changes.ts';

export interface CloseDeps {
  database: Database;
  defaults: RetryPolicy;
  /** Told of deliveries that failed for good, or were cancelled, once that is committed. */
  onEnded?: (ended: DeadDelivery[]) => void;
  /** Ends the work early, between two batches. */
  closing?: AbortSignal | undefined;
}

const BATCH = 1_000;

/** The feeder has other things to do; the rest is for its next tick. */
const CANCEL_BATCHES_MAX = 5;

const EXPIRED = { status: 'failed', failureCode: 'expired' } as const;

/** Open deliveries, in words that two partial indexes answer. */
const OPEN = `(d.queue_state = 'waiting' OR d.lease_until IS NOT NULL)`;

/**
 * Cancels what is still open for destinations that are deleted, or were and came back, a few thousand at a time. A job that
 * is left in a queue finds its delivery closed; a POST that is under way is recorded when it reports.
 *
 * @returns how many deliveries were cancelled
 */
export async function cancelForDeleted(deps: CloseDeps): Promise<number> {
  const { rows } = await deps.database.pool.query<{ id: string }>(
    `SELECT h.destination_id AS id FROM destination_health h JOIN destinations d ON d.id = h.destination_id
     WHERE h.waiting + h.queued + h.delayed > 0 AND (d.deleted_at IS NOT NULL OR d.revived_at IS NOT NULL)`,
  );
  const ids = rows.map((row) => row.id);
  const { closed, isAll } = await closeOpen(
    deps,
    `d.destination_id = ANY($1::uuid[]) AND EXISTS (
       SELECT FROM destinations t
       WHERE t.id = d.destination_id AND (t.deleted_at IS NOT NULL OR d.round_started_at < t.revived_at)
     )`,
    ids,
    { status: 'cancelled', failureCode: null },
    CANCEL_BATCHES_MAX,
  );
  if (isAll) await forgetRevivals(deps.database, ids);
  return closed;
}

/**
 * Nothing of before is open any more, and nothing of it opens again: what is open need not be looked through for it. A
 * transaction that began before the revival may still be under way for a while.
 */
async function forgetRevivals({ pool }: Database, ids: string[]): Promise<void> {
  if (ids.length === 0) return;
  await pool.query(
    `UPDATE destinations SET revived_at = NULL WHERE id = ANY($1::uuid[]) AND revived_at < now() - interval '10 minutes'`,
    [ids],
  );
}

/**
 * Gives up on what could not be delivered in time. A resend starts the time anew. No round starts before its alert was
 * received, so that the day leaves nothing out, and spares reading all that waits on later days.
 *
 * @param expireDays days from the start of a round
 * @returns how many deliveries expired
 */
export async function expireOverdue(deps: CloseDeps, expireDays: number): Promise<number> {
  const { closed } = await closeOpen(
    deps,
    `d.received_day <= ((now() - $1 * interval '1 day') AT TIME ZONE 'UTC')::date
       AND d.round_started_at < now() - $1 * interval '1 day'`,
    expireDays,
    EXPIRED,
  );
  return closed;
}

/**
 * Ends what is open on days whose partitions are about to be dropped, so that no destination's counts keep it for ever.
 *
 * @param retentionDays as for `dropExpiredPartitions`
 * @returns how many deliveries expired
 */
export async function expireBeyondRetention(deps: CloseDeps, retentionDays: number): Promise<number> {
  const { closed } = await closeOpen(
    deps,
    `d.received_day <= (now() AT TIME ZONE 'UTC')::date - $1::integer`,
    retentionDays,
    EXPIRED,
  );
  return closed;
}

/** @returns how many were closed, and whether none is left */
async function closeOpen(
  deps: CloseDeps,
  condition: string,
  parameter: unknown,
  end: Pick<DeliveryRow, 'status' | 'failureCode'>,
  batchesMax = Number.POSITIVE_INFINITY,
): Promise<{ closed: number; isAll: boolean }> {
  if (Array.isArray(parameter) && parameter.length === 0) return { closed: 0, isAll: true };
  let closed = 0;
  for (let batch = 0; batch < batchesMax && deps.closing?.aborted !== true; batch += 1) {
    const { rows } = await deps.database.pool.query<DeliveryRow>(
      `SELECT ${DELIVERY_ROW_COLUMNS} FROM deliveries d WHERE ${OPEN} AND ${condition} LIMIT ${BATCH}`,
      [parameter],
    );
    if (rows.length === 0) return { closed, isAll: true };
    const ended = await closeRows(deps, rows, end);
    deps.onEnded?.(ended);
    closed += ended.length;
    if (rows.length < BATCH) return { closed, isAll: true };
  }
  return { closed, isAll: false };
}

async function closeRows(
  deps: CloseDeps,
  rows: DeliveryRow[],
  end: Pick<DeliveryRow, 'status' | 'failureCode'>,
): Promise<DeadDelivery[]> {
  return inTransaction(deps.database, async (client) => {
    const destinations = await lockDestinations(
      client,
      rows.map((row) => row.destinationId),
      deps.defaults,
    );
    const current = await client.query<DeliveryRow>(
      `SELECT ${DELIVERY_ROW_COLUMNS} FROM deliveries d
       WHERE d.received_day = ANY($1::date[]) AND d.id = ANY($2::uuid[]) AND ${OPEN}`,
      [daysOf(rows), rows.map((row) => row.id)],
    );
    const counts = createAlertCounts();
    const statistics = createOutcomeCounts();
    const roundEnds = createRoundEnds();
    const next = current.rows.map((row): DeliveryRow => {
      const destination = destinations.get(row.destinationId) as LockedDestination;
      countMove(destination, row.queueState, 'idle');
      if (end.status === 'failed') {
        destination.delta.failed += 1;
        statistics.failed(destination.id);
      }
      counts.move(row, row.status, end.status);
      roundEnds.moved(row, end.status);
      return { ...row, ...end, queueState: 'idle', dueInMs: null };
    });
    await storeDeliveries(client, next);
    await counts.store(client);
    const dead = next.map((row) => ({
      row,
      destinationName: (destinations.get(row.destinationId) as LockedDestination).displayName,
      reason: end.failureCode ?? end.status,
    }));
    if (end.status === 'failed') await countFailures(client, dead);
    await storeDestinations(client, destinations.values());
    await roundEnds.store(client);
    await statistics.store(client);
    return dead;
  });
}
