import type { Database } from '@tocsin/store';

/** What a worker must know of a delivery before it may make an attempt. */
export interface DeliveryState {
  status: string;
  round: number;
  dispatchNumber: number;
  attempts: number;
  queueState: string;
  /** Milliseconds until the next attempt is due, by the database's clock. */
  dueInMs: number;
  /** Whether its destination takes deliveries now. */
  available: boolean;
  /** The version of all destinations at this read: the attempt must use this version or a later one. */
  destinationsVersion: number;
}

/** Names one delivery. */
export interface DeliveryKey {
  day: string;
  deliveryId: string;
}

/** Reads many deliveries in one query; null for one that is no longer kept. */
export async function readDeliveries(
  database: Database,
  keys: DeliveryKey[],
): Promise<(DeliveryState | null)[]> {
  const { rows } = await database.pool.query<DeliveryState & { id: string }>(
    `SELECT d.id, d.status, d.round, d.dispatch_number AS "dispatchNumber", d.attempts, d.queue_state AS "queueState",
       coalesce(extract(epoch FROM d.next_attempt_at - now()) * 1000, 0)::double precision AS "dueInMs",
       (t.enabled AND t.deleted_at IS NULL AND (t.revived_at IS NULL OR d.round_started_at >= t.revived_at)) IS TRUE
         AS available,
       (SELECT version FROM destinations_version) AS "destinationsVersion"
     FROM deliveries d LEFT JOIN destinations t ON t.id = d.destination_id
     WHERE d.received_day = ANY($1::date[]) AND d.id = ANY($2::uuid[])`,
    [[...new Set(keys.map((key) => key.day))], keys.map((key) => key.deliveryId)],
  );
  const byId = new Map(rows.map((row) => [row.id, row]));
  return keys.map((key) => byId.get(key.deliveryId) ?? null);
}

/** What to do with a job, given its delivery's row. */
export type Claim =
  | { kind: 'attempt'; number: number; destinationsVersion: number }
  /** The row has moved on; the job is done. */
  | { kind: 'superseded' }
  /** Not due yet: the clocks differ, or the queue returned the job early. */
  | { kind: 'early'; afterMs: number }
  | { kind: 'unavailable' };

/** A retry may start this much before its time, for the clocks' sake; milliseconds. */
const EARLY_MS = 5;

/**
 * Decides whether a job may make an attempt. An attempt that is recorded already, by a job that stalled or was
 * dispatched again, is not made twice. Pure.
 */
export function claim(job: { round: number; dispatchNumber: number }, row: DeliveryState | null): Claim {
  if (row === null || row.round !== job.round || row.dispatchNumber !== job.dispatchNumber)
    return { kind: 'superseded' };
  if (row.queueState !== 'queued' && row.queueState !== 'delayed') return { kind: 'superseded' };
  if (!row.available) return { kind: 'unavailable' };
  if (row.dueInMs > EARLY_MS) return { kind: 'early', afterMs: Math.ceil(row.dueInMs) };
  return { kind: 'attempt', number: row.attempts + 1, destinationsVersion: row.destinationsVersion };
}
