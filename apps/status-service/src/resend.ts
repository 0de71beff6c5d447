import { ProblemError, type ReleasedDelivery, type RetryPolicy } from '@tocsin/contract';
import { type Database, inTransaction, type Transaction } from '@tocsin/store';
import { DELIVERY_ROW_COLUMNS, type DeliveryRow, isOpen, releasedOf } from './delivery-row.ts';
import { freeSlots } from './gate.ts';
import { countMove, type LockedDestination, lockDestinations, storeDestinations } from './health.ts';
import { deliveryIdOf, shardOf } from './identity.ts';
import { nextFeed } from './release.ts';
import { createAlertCounts, storeDeliveries } from './store-changes.ts';

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
    const counts = createAlertCounts();
    const start = (row: DeliveryRow): DeliveryRow => startRound(row, destinations, deps.shards, hasRoom);
    const again = existing.map((row) => {
      counts.move(row, row.status, 'pending');
      return start({ ...row, round: row.round + 1 });
    });
    await storeDeliveries(client, again);
    const fresh =
      request.destinationIds === 'failed'
        ? []
        : await insertFresh(client, request, ids, rows, destinations, deps.shards);
    const first = fresh.map((row) => {
      counts.move(row, null, 'pending');
      return start(row);
    });
    await storeDeliveries(client, first);
    await counts.store(client);
    await storeDestinations(client, destinations.values());
    const all = [...again, ...first];
    return {
      deliveryIds: all.map((row) => row.id),
      released: all
        .filter((row) => row.queueState === 'queued')
        .map((row) => releasedOf(row, (destinations.get(row.destinationId) as LockedDestination).policy)),
    };
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
    if (!destination.deleted && destination.enabled) continue;
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

function startRound(
  row: DeliveryRow,
  destinations: Map<string, LockedDestination>,
  shards: number,
  hasRoom: boolean,
): DeliveryRow {
  const destination = destinations.get(row.destinationId) as LockedDestination;
  const next: DeliveryRow = {
    ...row,
    status: 'pending',
    failureCode: null,
    attempts: 0,
    trigger: 'resend',
    dueInMs: 0,
  };
  const queued = hasRoom && destination.waiting === 0 && freeSlots(destination) > 0;
  countMove(destination, 'idle', queued ? 'queued' : 'waiting');
  return queued ? nextFeed(next, shards) : { ...next, queueState: 'waiting' };
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
