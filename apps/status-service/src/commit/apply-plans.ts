import { severityRank } from '@tocsin/contract';
import type { Plan } from '@tocsin/status-gateway';
import {
  answersInOrder,
  anyLength,
  dayStatement,
  type Microseconds,
  microsecondsOf,
  type Transaction,
  toStorableText,
} from '@tocsin/store';
import { type DeliveryRow, daysOf, newDelivery } from '../delivery/delivery-row.ts';
import { spareFailing } from '../notices/failures.ts';
import type { Ledger } from './ledger.ts';

/** A plan whose alert had none. */
interface FreshPlan extends Plan {
  receivedAt: Microseconds;
}

/**
 * Stores routing decisions, and takes their alerts out of the outbox. An alert has one decision, which is final.
 *
 * @returns the plans that hold, whose deliveries are to be made
 */
export async function decideOnce(client: Transaction, plans: Plan[]): Promise<FreshPlan[]> {
  if (plans.length === 0) return [];
  const spared = await spareFailing(client, plans);
  const [fresh, left] = await answersInOrder([insertRoutings(client, spared), leaveOutbox(client, plans)]);
  const receivedAt = await receiptsOf(client, fresh, left);
  return fresh.map((plan) => ({ ...plan, receivedAt: receivedAt.get(plan.alertId) as Microseconds }));
}

/** Makes the deliveries of plans, the most urgent first, as long as there are slots. */
export function makeDeliveries(ledger: Ledger, plans: FreshPlan[], shards: number): void {
  for (const plan of plans.toSorted((a, b) => severityRank(a.severity) - severityRank(b.severity)))
    for (const row of deliveriesOf(plan, shards)) ledger.plan(row, plan.receivedAt);
  for (const { receivedAt, decision } of plans)
    ledger.accept({ receivedAt, destinationIds: decision.destinationIds });
}

const INSERT_ROUTINGS = dayStatement(
  'insert routings',
  'routings',
  ({ table }) => `
INSERT INTO ${table} (received_day, alert_id, received_at, rule, destination_ids, skipped, notes, open_count)
SELECT day, "alertId", coalesce(
    (SELECT received_at FROM alert_outbox o WHERE o.alert_id = p."alertId"),
    (SELECT received_at FROM alerts a WHERE a.received_day = p.day AND a.alert_id = p."alertId"), now()),
  rule, "destinationIds", skipped, notes, open
FROM json_to_recordset($1::json) AS p(
  day date, "alertId" text, rule text, "destinationIds" uuid[], skipped jsonb, notes text[], open integer)
ON CONFLICT DO NOTHING
RETURNING alert_id AS "alertId"`,
);

/** @returns the plans whose alerts had no decision yet. */
async function insertRoutings(client: Transaction, plans: Plan[]): Promise<Plan[]> {
  const unique = new Map(plans.map((plan) => [plan.alertId, plan]));
  const rows = [...unique.values()]
    .sort((a, b) => (a.alertId < b.alertId ? -1 : 1))
    .map(({ alertId, day, decision }) => ({
      alertId,
      day,
      rule: decision.rule,
      destinationIds: decision.destinationIds,
      skipped: decision.skipped,
      notes: decision.notes.map(toStorableText),
      open: new Set(decision.destinationIds).size,
    }));
  const inserted = await client.query<{ alertId: string }>(
    INSERT_ROUTINGS(daysOf(rows), [JSON.stringify(rows)]),
  );
  return inserted.rows.map(({ alertId }) => unique.get(alertId) as Plan);
}

const LEAVE_OUTBOX = `
DELETE FROM alert_outbox WHERE alert_id = ANY(${anyLength('$1', 'text')})
RETURNING alert_id AS "alertId", ${microsecondsOf('received_at')} AS "receivedAt"`;

/** Takes the alerts out of the outbox. @returns when those were received that were in it */
async function leaveOutbox(client: Transaction, plans: Plan[]): Promise<ReceiptRow[]> {
  const { rows } = await client.query<ReceiptRow>({
    name: 'leave the outbox',
    text: LEAVE_OUTBOX,
    values: [plans.map((plan) => plan.alertId)],
  });
  return rows;
}

/** @returns when each fresh plan's alert was received */
async function receiptsOf(
  client: Transaction,
  fresh: Plan[],
  left: ReceiptRow[],
): Promise<Map<string, Microseconds>> {
  const receivedAt = new Map(left.map((row) => [row.alertId, row.receivedAt]));
  const unknown = fresh.filter((plan) => !receivedAt.has(plan.alertId));
  if (unknown.length === 0) return receivedAt;
  // Neither an entry nor a decision: somebody changed the outbox by hand. If the alert is gone too, the start of its
  // day counts as its receipt.
  const { rows } = await client.query<ReceiptRow>(
    `SELECT p.alert_id AS "alertId", ${microsecondsOf("coalesce(a.received_at, p.day::timestamp AT TIME ZONE 'UTC')")} AS "receivedAt"
     FROM unnest($1::text[], $2::date[]) AS p(alert_id, day)
     LEFT JOIN alerts a ON a.received_day = ANY($3::date[]) AND a.received_day = p.day AND a.alert_id = p.alert_id`,
    [unknown.map((plan) => plan.alertId), unknown.map((plan) => plan.day), daysOf(unknown)],
  );
  for (const row of rows) receivedAt.set(row.alertId, row.receivedAt);
  return receivedAt;
}

interface ReceiptRow {
  alertId: string;
  receivedAt: Microseconds;
}

function deliveriesOf(
  { day, alertId, severity, isSystemError, decision }: Plan,
  shards: number,
): DeliveryRow[] {
  const facts = {
    day,
    alertId,
    severityRank: severityRank(severity),
    isSystemError,
    trigger: 'auto' as const,
  };
  return [...new Set(decision.destinationIds)].map((destinationId) =>
    newDelivery({ ...facts, destinationId }, shards),
  );
}
