import { type Microseconds, type Transaction, timeOfMicroseconds } from '@tocsin/store';
import { type DeliveryRow, daysOf, newDelivery } from '../delivery/delivery-row.ts';
import { roomForMissing } from '../delivery/room-for-missing.ts';
import { isAvailable } from '../delivery/slots.ts';
import { moveResendOn, type ResendAfterBatch, recordRounds } from './bulk-resend-progress.ts';
import type { Ledger, Work } from './ledger.ts';

/** An alert's place in the order of receipt. */
export interface AlertPlace {
  at: Microseconds;
  alertId: string;
}

/** An alert that today's routing sends to the destination, and that has no delivery to it. */
export interface MissingAlert extends AlertPlace {
  day: string;
  severityRank: number;
  isSystemError: boolean;
}

/** The next alerts that a destination lacks, as they were found from a bulk resend's cursor on. */
export interface MissingBatch {
  resendId: string;
  destinationId: string;
  from: AlertPlace;
  /** In the order of receipt. */
  alerts: MissingAlert[];
  /** Up to where alerts were looked at. */
  to: AlertPlace;
  /** Whether there is nothing after that. */
  isLast: boolean;
}

/** A bulk resend after a batch of missing alerts. */
export interface MissingAfterBatch extends ResendAfterBatch {
  /** How many of the alerts it is past: the first so many. */
  taken: number;
}

/**
 * Makes deliveries of alerts that had none to a destination, as many as have room behind its fresh alerts, and moves the
 * bulk resend past them. The alerts have plans, which are final, and whatever else makes a delivery to the destination
 * holds its lock: those that have one by now are passed over, and none is sent twice.
 *
 * @returns null where another process was faster, or it was cancelled
 */
export async function applyMissingBatch(
  { client, shards, open }: Work,
  { resendId, destinationId, from, alerts, to, isLast }: MissingBatch,
): Promise<MissingAfterBatch | null> {
  if (!(await lockAt(client, resendId, from))) return null;
  const ledger = await open(alerts.length === 0 ? [] : [destinationId]);
  const destination = ledger.destinations.get(destinationId);
  const isSendable = destination !== undefined && isAvailable(destination);
  // What cannot be sent is passed over.
  const taken = isSendable ? alerts.slice(0, roomForMissing(destination)) : alerts;
  const made = isSendable ? await addMissing(client, ledger, { destinationId, alerts: taken, shards }) : [];
  await recordRounds(client, resendId, made);
  const isWhole = taken.length === alerts.length;
  const { at, alertId } = isWhole ? to : (taken.at(-1) ?? from);
  const after = await moveResendOn(client, resendId, {
    cursor: { at, alertId },
    resent: made.length,
    skipped: taken.length - made.length,
    isLast: isLast && isWhole,
  });
  return { ...after, taken: taken.length };
}

/** @returns whether the bulk resend is running, still stands at that place, and is locked by nobody else */
async function lockAt(client: Transaction, id: string, from: AlertPlace): Promise<boolean> {
  const { rows } = await client.query(
    `SELECT FROM resends WHERE id = $1 AND state = 'running' AND coalesce(cursor_at, since) = ${timeOfMicroseconds('$2')}
       AND coalesce(cursor_alert_id, '') = $3
     FOR UPDATE SKIP LOCKED`,
    [id, from.at, from.alertId],
  );
  return rows.length > 0;
}

interface Addition {
  destinationId: string;
  alerts: MissingAlert[];
  shards: number;
}

async function addMissing(
  client: Transaction,
  ledger: Ledger,
  { destinationId, alerts, shards }: Addition,
): Promise<DeliveryRow[]> {
  const rows = alerts.map(({ at, ...alert }) => ({
    at,
    row: newDelivery({ ...alert, destinationId, trigger: 'resend' }, shards),
  }));
  const { rows: known } = await client.query<{ id: string }>(
    'SELECT id FROM deliveries WHERE received_day = ANY($1::date[]) AND id = ANY($2::uuid[])',
    [daysOf(alerts), rows.map(({ row }) => row.id)],
  );
  const knownIds = new Set(known.map(({ id }) => id));
  return rows.filter(({ row }) => !knownIds.has(row.id)).map(({ row, at }) => ledger.add(row, at));
}
