import { type RetryPolicy, severityRank } from '@tocsin/contract';
import type { Plan, ReleasedDelivery } from '@tocsin/status-gateway';
import {
  type Database,
  inTransaction,
  type Microseconds,
  microsecondsOf,
  type Transaction,
  timeOfMicroseconds,
  toStorableText,
} from '@tocsin/store';
import { type DeliveryRow, releasedOf } from './delivery-row.ts';
import { freeSlots } from './gate.ts';
import { countMove, type LockedDestination, lockDestinations, storeDestinations } from './health.ts';
import { deliveryIdOf, shardOf } from './identity.ts';
import { releaseWaiting } from './release.ts';
import { spareFailing } from './spare-failing.ts';
import { countAccepted } from './statistics/count-commits.ts';
import { daysOf, LEASE_SECONDS } from './store-changes.ts';

export interface CommitPlansDeps {
  database: Database;
  defaults: RetryPolicy;
  shards: number;
}

/**
 * Commits routing decisions: the decision, its deliveries, and the alert's way out of the outbox, in one transaction.
 * An alert has one decision for good; a plan for an alert that has one changes nothing.
 *
 * @param hasRoom whether the queues may be given more; without room every delivery waits in Postgres
 * @returns the jobs to add to the queues
 */
export async function commitPlans(
  deps: CommitPlansDeps,
  plans: Plan[],
  hasRoom: boolean,
): Promise<ReleasedDelivery[]> {
  if (plans.length === 0) return [];
  return inTransaction(deps.database, async (client) => {
    const fresh = await insertRoutings(client, await spareFailing(client, plans));
    const receivedAt = await leaveOutbox(client, plans, fresh);
    const destinations = await lockDestinations(
      client,
      fresh.flatMap((plan) => plan.decision.destinationIds),
      deps.defaults,
    );
    const rows = fresh
      .toSorted((a, b) => severityRank(a.severity) - severityRank(b.severity))
      .flatMap((plan) => planDeliveries(plan, destinations, deps.shards, hasRoom));
    await insertDeliveries(client, rows, destinations, receivedAt);
    const waitingToo = hasRoom ? await releaseWaiting(client, destinations.values(), deps.shards) : [];
    await storeDestinations(client, destinations.values());
    await countAccepted(
      client,
      fresh.map(({ alertId, decision }) => ({
        receivedAt: receivedAt.get(alertId) as Microseconds,
        destinationIds: decision.destinationIds,
      })),
    );
    const queued = rows.filter((row) => row.queueState === 'queued');
    return [
      ...queued.map((row) =>
        releasedOf(row, (destinations.get(row.destinationId) as LockedDestination).policy),
      ),
      ...waitingToo,
    ];
  });
}

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
    `INSERT INTO routings (received_day, alert_id, received_at, rule, destination_ids, skipped, notes, open_count)
     SELECT day, "alertId", coalesce(
         (SELECT received_at FROM alert_outbox o WHERE o.alert_id = p."alertId"),
         (SELECT received_at FROM alerts a WHERE a.received_day = p.day AND a.alert_id = p."alertId"), now()),
       rule, "destinationIds", skipped, notes, open
     FROM json_to_recordset($1::json) AS p(
       day date, "alertId" text, rule text, "destinationIds" uuid[], skipped jsonb, notes text[], open integer)
     ON CONFLICT DO NOTHING
     RETURNING alert_id AS "alertId"`,
    [JSON.stringify(rows)],
  );
  return inserted.rows.map(({ alertId }) => unique.get(alertId) as Plan);
}

/**
 * Takes the alerts out of the outbox.
 *
 * @returns when each fresh plan's alert was received
 */
async function leaveOutbox(
  client: Transaction,
  plans: Plan[],
  fresh: Plan[],
): Promise<Map<string, Microseconds>> {
  const left = await client.query<ReceiptRow>(
    `DELETE FROM alert_outbox WHERE alert_id = ANY($1)
     RETURNING alert_id AS "alertId", ${microsecondsOf('received_at')} AS "receivedAt"`,
    [plans.map((plan) => plan.alertId)],
  );
  const receivedAt = new Map(left.rows.map((row) => [row.alertId, row.receivedAt]));
  const unknown = fresh.filter((plan) => !receivedAt.has(plan.alertId));
  if (unknown.length === 0) return receivedAt;
  // No entry, but no decision either: the outbox was tampered with. An alert that is gone too counts as of its day.
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

/** The deliveries of one plan, released where their destination has a slot and nobody waits before them. */
function planDeliveries(
  plan: Plan,
  destinations: Map<string, LockedDestination>,
  shards: number,
  hasRoom: boolean,
): DeliveryRow[] {
  return [...new Set(plan.decision.destinationIds)].map((destinationId) => {
    const destination = destinations.get(destinationId) as LockedDestination;
    const now = hasRoom && destination.waiting === 0 && freeSlots(destination) > 0;
    const queueState = now ? 'queued' : 'waiting';
    countMove(destination, 'idle', queueState);
    return {
      day: plan.day,
      id: deliveryIdOf(plan.alertId, destinationId),
      alertId: plan.alertId,
      destinationId,
      severityRank: severityRank(plan.severity),
      isSystemError: plan.isSystemError,
      status: 'pending',
      failureCode: null,
      round: 1,
      attempts: 0,
      trigger: 'auto',
      queueState,
      shard: shardOf(destinationId, shards),
      feed: now ? 1 : 0,
      dueInMs: 0,
    };
  });
}

async function insertDeliveries(
  client: Transaction,
  rows: DeliveryRow[],
  destinations: Map<string, LockedDestination>,
  receivedAt: Map<string, Microseconds>,
): Promise<void> {
  if (rows.length === 0) return;
  const named = rows.map((row) => ({
    ...row,
    name: destinations.get(row.destinationId)?.displayName,
    receivedAt: receivedAt.get(row.alertId),
  }));
  await client.query(
    `INSERT INTO deliveries (received_day, id, received_at, alert_id, destination_id, destination_name, severity_rank,
       is_system_error, status, round, attempts, trigger, queue_state, shard, feed, next_attempt_at, lease_until)
     SELECT day, id, ${timeOfMicroseconds('"receivedAt"')}, "alertId", "destinationId", name, "severityRank", "isSystemError", status, round,
       attempts, trigger, "queueState", shard, feed, now(),
       CASE WHEN "queueState" = 'queued' THEN now() + $2 * interval '1 second' END
     FROM json_to_recordset($1::json) AS p(
       day date, id uuid, "receivedAt" bigint, "alertId" text, "destinationId" uuid, name text, "severityRank" smallint,
       "isSystemError" boolean, status text, round integer, attempts integer, trigger text, "queueState" text,
       shard smallint, feed integer)`,
    [JSON.stringify(named), LEASE_SECONDS],
  );
}
