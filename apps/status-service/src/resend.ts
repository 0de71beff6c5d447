import { ProblemError, type ReleasedDelivery, type RetryPolicy } from '@tocsin/contract';
import { type Database, inTransaction, type Transaction } from '@tocsin/store';
import { DELIVERY_ROW_COLUMNS, type DeliveryRow, isOpen } from './delivery-row.ts';
import { type LockedDestination, lockDestinations } from './health.ts';
import { deliveryIdOf, shardOf } from './identity.ts';
import { createRounds, isAvailable } from './start-round.ts';

export interface ResendDeps {
  database: Database;
  defaults: RetryPolicy;
  shards: number;
}

export interface Resent {
  deliveryIds: string[];
  /** The jobs to add to the queues. */
  released: ReleasedDelivery[];
}

/** What a resend is for: an alert's failed deliveries, or the alert at these destinations. */
export interface ResendRequest {
  alertId: string;
  day: string;
  destinationIds: string[] | 'failed';
}

/**
 * Starts a new round with its own retries, all of it or none. History stays.
 *
 * @param hasRoom whether the queues may be given more; else the feeder queues it later
 * @throws ProblemError `delivery_in_progress` or `destination_unavailable`
 */
export async function resend(deps: ResendDeps, request: ResendRequest, hasRoom: boolean): Promise<Resent> {
  return inTransaction(deps.database, async (client) => {
    const ids = await destinationsOf(client, request);
    const destinations = await lockDestinations(client, ids, deps.defaults);
    const { rows } = await client.query<DeliveryRow>(
      `SELECT ${DELIVERY_ROW_COLUMNS} FROM deliveries d
       WHERE d.received_day = $1 AND d.alert_id = $2 AND d.destination_id = ANY($3::uuid[])`,
      [request.day, request.alertId, ids],
    );
    const existing = rows.filter((row) => request.destinationIds !== 'failed' || row.status === 'failed');
    refuseUnfit(existing, destinations);
    const rounds = createRounds(destinations, { shards: deps.shards, hasRoom });
    for (const row of existing) rounds.again(row);
    if (request.destinationIds !== 'failed') {
      for (const row of await insertFresh(client, request, ids, rows, destinations, deps.shards)) {
        rounds.first(row);
      }
    }
    await rounds.store(client);
    return { deliveryIds: rounds.started.map((row) => row.id), released: rounds.released() };
  });
}

async function destinationsOf(client: Transaction, request: ResendRequest): Promise<string[]> {
  if (request.destinationIds !== 'failed') return [...new Set(request.destinationIds)];
  const { rows } = await client.query<{ id: string }>(
    `SELECT destination_id AS id FROM deliveries WHERE received_day = $1 AND alert_id = $2 AND status = 'failed'`,
    [request.day, request.alertId],
  );
  return rows.map((row) => row.id);
}

function refuseUnfit(existing: DeliveryRow[], destinations: Map<string, LockedDestination>): void {
  for (const destination of destinations.values()) {
    if (isAvailable(destination)) continue;
    const state = destination.deleted ? 'deleted or unknown' : 'disabled';
    throw new ProblemError('destination_unavailable', {
      detail: `The destination ${destination.displayName} is ${state}. Nothing was sent.`,
    });
  }
  const open = existing.find(isOpen);
  if (open !== undefined) {
    throw new ProblemError('delivery_in_progress', {
      detail: `The delivery ${open.id} is ${open.status}. Nothing was sent.`,
    });
  }
}

/** Deliveries to destinations that the alert had not gone to before. */
async function insertFresh(
  client: Transaction,
  request: ResendRequest,
  destinationIds: string[],
  known: DeliveryRow[],
  destinations: Map<string, LockedDestination>,
  shards: number,
): Promise<DeliveryRow[]> {
  const missing = destinationIds.filter((id) => !known.some((row) => row.destinationId === id));
  const rows: DeliveryRow[] = [];
  for (const destinationId of missing) {
    const inserted = await client.query<DeliveryRow>(
      `INSERT INTO deliveries AS d (received_day, id, received_at, alert_id, destination_id, destination_name,
         severity_rank, is_system_error, queue_state, shard, trigger, next_attempt_at)
       SELECT a.received_day, $3, a.received_at, a.alert_id, $4, $5, a.severity_rank, a.type = 'SYSTEM_ERROR', 'idle', $6,
         'resend', now()
       FROM alerts a WHERE a.received_day = $1 AND a.alert_id = $2
       RETURNING ${DELIVERY_ROW_COLUMNS}`,
      [
        request.day,
        request.alertId,
        deliveryIdOf(request.alertId, destinationId),
        destinationId,
        destinations.get(destinationId)?.displayName ?? destinationId,
        shardOf(destinationId, shards),
      ],
    );
    rows.push(...inserted.rows);
  }
  return rows;
}
