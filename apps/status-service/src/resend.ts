import { ProblemError, type RetryPolicy } from '@tocsin/contract';
import type { ReleasedDelivery } from '@tocsin/status-gateway';
import { type Actor, type Database, inTransaction, recordChange, type Transaction } from '@tocsin/store';
import { DELIVERY_ROW_COLUMNS, type DeliveryRow } from './delivery-row.ts';
import { type LockedDestination, lockDestinations } from './health.ts';
import { deliveryIdOf, shardOf } from './identity.ts';
import { type ResendStep, resendStep } from './resend-step.ts';
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

/** What a resend is for: one delivery, an alert's failed deliveries, or the alert at these destinations. */
export interface ResendRequest {
  /** Who asks for it. */
  actor: Actor;
  /** Given where it is for this delivery alone; then `destinationIds` is its destination. */
  deliveryId?: string;
  alertId: string;
  day: string;
  destinationIds: string[] | 'failed';
}

/**
 * By the alert alone: where a state or a destination seemed to be rare when the table was analyzed, the planner would go
 * through all that have it now.
 */
const OF_ALERT = `(SELECT * FROM deliveries WHERE received_day = $1 AND alert_id = $2 OFFSET 0) AS d`;

/** A row with the milliseconds until it is due, counted from when it was read. */
type ReadRow = DeliveryRow & { leftMs: number | null };

/**
 * Starts a new round with its own retries, or makes the retry that is waited for due now; all of it or none, with an
 * entry in the audit log. History stays.
 *
 * @param hasRoom whether the queues may be given more; else the feeder queues it later
 * @throws ProblemError `delivery_in_progress` or `destination_unavailable`
 */
export async function resend(deps: ResendDeps, request: ResendRequest, hasRoom: boolean): Promise<Resent> {
  return inTransaction(deps.database, async (client) => {
    const ids = await destinationsOf(client, request);
    const destinations = await lockDestinations(client, ids, deps.defaults);
    // Not now(), the start of the transaction: the locks may have been waited for.
    const { rows } = await client.query<ReadRow>(
      `SELECT ${DELIVERY_ROW_COLUMNS},
         (extract(epoch FROM d.next_attempt_at - clock_timestamp()) * 1000)::double precision AS "leftMs"
       FROM ${OF_ALERT} WHERE d.destination_id = ANY($3::uuid[])`,
      [request.day, request.alertId, ids],
    );
    const existing = rows
      .filter((row) => request.destinationIds !== 'failed' || row.status === 'failed')
      .map((row) => ({ row, step: resendStep(row, row.leftMs) }));
    refuseUnfit(existing, destinations);
    const rounds = createRounds(destinations, { shards: deps.shards, hasRoom });
    for (const { row, step } of existing) {
      if (step === 'again') rounds.again(row);
      if (step === 'hurry') rounds.hurry(row);
    }
    if (request.destinationIds !== 'failed') {
      for (const row of await insertFresh(client, request, ids, rows, destinations, deps.shards)) {
        rounds.first(row);
      }
    }
    await rounds.store(client);
    const left = existing.filter(({ step }) => step === 'leave').map(({ row }) => row);
    const resent = [...rounds.started, ...left];
    await record(client, request, resent, destinations);
    return { deliveryIds: resent.map((row) => row.id), released: rounds.released() };
  });
}

async function record(
  client: Transaction,
  { actor, alertId, deliveryId }: ResendRequest,
  resent: DeliveryRow[],
  destinations: Map<string, LockedDestination>,
): Promise<void> {
  if (resent.length === 0) return;
  const nameOf = (row: DeliveryRow) => destinations.get(row.destinationId)?.displayName ?? row.destinationId;
  const detail = { deliveries: resent.length, destinations: resent.map(nameOf) };
  await recordChange(
    client,
    deliveryId === undefined
      ? { actor, action: 'alert.resent', subject: `alert/${alertId}`, detail }
      : {
          actor,
          action: 'delivery.resent',
          subject: `delivery/${deliveryId}`,
          detail: { alertId, ...detail },
        },
  );
}

async function destinationsOf(client: Transaction, request: ResendRequest): Promise<string[]> {
  if (request.destinationIds !== 'failed') return [...new Set(request.destinationIds)];
  const { rows } = await client.query<{ id: string }>(
    `SELECT d.destination_id AS id FROM ${OF_ALERT} WHERE d.status = 'failed'`,
    [request.day, request.alertId],
  );
  return rows.map((row) => row.id);
}

function refuseUnfit(
  existing: { row: DeliveryRow; step: ResendStep }[],
  destinations: Map<string, LockedDestination>,
): void {
  for (const destination of destinations.values()) {
    if (isAvailable(destination)) continue;
    const state = destination.deleted ? 'deleted or unknown' : 'disabled';
    throw new ProblemError('destination_unavailable', {
      detail: `The destination ${destination.displayName} is ${state}. Nothing was sent.`,
    });
  }
  const open = existing.find(({ step }) => step === 'in_progress');
  if (open !== undefined) {
    throw new ProblemError('delivery_in_progress', {
      detail: `An attempt of the delivery ${open.row.id} is due or under way. Nothing was sent.`,
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
