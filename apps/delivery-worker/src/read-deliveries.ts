import { anyLength, type Database, dayStatement, type QueueState } from '@tocsin/store';

/** What a worker must know of a delivery before it may make an attempt. */
export interface DeliveryState {
  round: number;
  dispatchNumber: number;
  attempts: number;
  queueState: QueueState;
  /** Milliseconds until the next attempt is due, by the database's clock. */
  dueInMs: number;
  /** Whether its destination takes deliveries now; with an open circuit, it takes no retry from its delay. */
  available: boolean;
  /** The version of all destinations at this read: the attempt must use this version or a later one. */
  destinationsVersion: number;
}

/** Names one delivery. */
export interface DeliveryStateKey {
  day: string;
  deliveryId: string;
}

const READ = dayStatement(
  'read deliveries',
  'deliveries',
  ({ table, inDays }) => `
SELECT d.id, d.round, d.dispatch_number AS "dispatchNumber", d.attempts, d.queue_state AS "queueState",
  coalesce(extract(epoch FROM d.next_attempt_at - now()) * 1000, 0)::double precision AS "dueInMs",
  (t.enabled AND NOT t.paused AND t.deleted_at IS NULL
    AND (t.revived_at IS NULL OR d.round_started_at >= t.revived_at)
    AND (h.circuit_opened_at IS NULL OR d.queue_state <> 'delayed')) IS TRUE AS available,
  (SELECT version FROM destinations_version) AS "destinationsVersion"
FROM ${table} d LEFT JOIN destinations t ON t.id = d.destination_id
  LEFT JOIN destination_health h ON h.destination_id = d.destination_id
WHERE ${inDays('d.received_day', '$1')} AND d.id = ANY(${anyLength('$2', 'uuid')})`,
);

/** Reads many deliveries in one query; null for one that is no longer kept. */
export async function readDeliveries(
  database: Database,
  keys: DeliveryStateKey[],
): Promise<(DeliveryState | null)[]> {
  const days = [...new Set(keys.map((key) => key.day))];
  const { rows } = await database.pool.query<DeliveryState & { id: string }>(
    READ(days, [days, keys.map((key) => key.deliveryId)]),
  );
  const byId = new Map(rows.map((row) => [row.id, row]));
  return keys.map((key) => byId.get(key.deliveryId) ?? null);
}
