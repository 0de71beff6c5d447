import { ProblemError } from '@tocsin/contract';
import { type Actor, type Microseconds, microsecondsOf, recordChange, type Transaction } from '@tocsin/store';
import { DELIVERY_ROW_COLUMNS, type DeliveryRow, newDelivery } from '../delivery/delivery-row.ts';
import { type ResendStep, resendStep } from '../delivery/resend-step.ts';
import { isAvailable } from '../delivery/slots.ts';
import type { Ledger, Work } from './ledger.ts';

/** What a resend is for: one delivery, an alert's failed deliveries, or the alert at these destinations. */
export interface ResendRequest {
  /** Who requested it. */
  actor: Actor;
  /** Given where it is for this delivery alone; then `destinationIds` is its destination. */
  deliveryId?: string;
  alertId: string;
  day: string;
  destinationIds: string[] | 'failed';
}

/**
 * By the alert alone: if a state or a destination was rare when the table was analyzed, the planner would read all rows
 * that have it now.
 */
const OF_ALERT = `(SELECT * FROM deliveries WHERE received_day = $1 AND alert_id = $2 OFFSET 0) AS d`;

/** A row with the milliseconds until it is due, counted from when it was read. */
type ReadRow = DeliveryRow & { leftMs: number | null };

/**
 * Starts a new round with its own retries, or makes the retry that is waited for due now; all of it or none, with an
 * entry in the audit log. History stays.
 *
 * @returns the deliveries' ids
 * @throws ProblemError `delivery_in_progress` or `destination_unavailable`
 */
export async function applyResend({ client, shards, open }: Work, request: ResendRequest): Promise<string[]> {
  const ids = await destinationsOf(client, request);
  const ledger = await open(ids);
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
  refuseUnfit(existing, ledger);
  const begun = existing
    .filter(({ step }) => step !== 'leave')
    .map(({ row, step }) => (step === 'again' ? ledger.beginRound(row) : ledger.hurry(row)));
  const isMissing = (id: string) => !rows.some((row) => row.destinationId === id);
  const missing = request.destinationIds === 'failed' ? [] : ids.filter(isMissing);
  const added = await addDeliveries(client, request, missing, ledger, shards);
  const left = existing.filter(({ step }) => step === 'leave').map(({ row }) => row);
  const resent = [...begun, ...added, ...left];
  await record(client, request, resent, ledger);
  return resent.map((row) => row.id);
}

async function record(
  client: Transaction,
  { actor, alertId, deliveryId }: ResendRequest,
  resent: DeliveryRow[],
  ledger: Ledger,
): Promise<void> {
  if (resent.length === 0) return;
  const destinations = resent.map((row) => ledger.destinationOf(row).displayName);
  const detail = { deliveries: resent.length, destinations };
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

function refuseUnfit(existing: { row: DeliveryRow; step: ResendStep }[], { destinations }: Ledger): void {
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

interface AlertFacts {
  severityRank: number;
  isSystemError: boolean;
  receivedAt: Microseconds;
}

/** Deliveries to destinations that the alert had not gone to before; none where it is not stored any more. */
async function addDeliveries(
  client: Transaction,
  { day, alertId }: ResendRequest,
  destinationIds: string[],
  ledger: Ledger,
  shards: number,
): Promise<DeliveryRow[]> {
  if (destinationIds.length === 0) return [];
  const { rows } = await client.query<AlertFacts>(
    `SELECT severity_rank AS "severityRank", type = 'SYSTEM_ERROR' AS "isSystemError",
       ${microsecondsOf('received_at')} AS "receivedAt"
     FROM alerts WHERE received_day = $1 AND alert_id = $2`,
    [day, alertId],
  );
  const [alert] = rows;
  if (alert === undefined) return [];
  const { receivedAt, ...facts } = alert;
  return destinationIds.map((destinationId) =>
    ledger.add(newDelivery({ day, alertId, destinationId, trigger: 'resend', ...facts }, shards), receivedAt),
  );
}
