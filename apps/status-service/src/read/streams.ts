import { type AlertStatus, DELIVERY_STATUSES, type DeliveryStatus } from '@tocsin/contract';
import { type RawBuilder, sql } from 'kysely';
import type { Stream } from './find-places.ts';
import type { AlertSearch } from './search.ts';

export interface AlertChoice {
  search: AlertSearch | null;
  statuses?: readonly AlertStatus[] | undefined;
  destinationId?: string | undefined;
}

const newest = (limit: number) => sql`ORDER BY received_at DESC, id DESC LIMIT ${limit}`;
const allOf = (conditions: readonly RawBuilder<boolean>[]) =>
  conditions.length === 0 ? null : sql<boolean>`(${sql.join(conditions, sql` AND `)})`;

// What belongs to an alert is found by the alert alone (OFFSET 0 keeps the rest out of that): if a state or a
// destination was rare when the table was analyzed, the planner would read all rows that have it now, for each alert.
// Conditions on other tables are scalar, so that they are looked at row by row: of EXISTS the planner makes a join, and
// reads a whole table for it where it expects many rows.

/** The alert of a row `p`, where a condition is about it. */
const alertOf = (matches: RawBuilder<boolean>) => sql<boolean>`coalesce((
  SELECT ${matches} FROM alerts a WHERE a.received_day = p.received_day AND a.alert_id = p.alert_id), false)`;

/** The list of alerts, by their own index, that of their status, or that of a destination's deliveries. */
export function alertStream(choice: AlertChoice): Stream {
  const statuses = choice.statuses === undefined ? undefined : [...new Set(choice.statuses)];
  // Most alerts have succeeded, and most that go to one destination: the other statuses are the shorter lists.
  if (choice.destinationId !== undefined && (statuses === undefined || statuses.includes('succeeded')))
    return alertsOfDestination(choice.destinationId, statuses, choice);
  if (statuses !== undefined) return alertsOfStatus(statuses, choice);
  const { search } = choice;
  return {
    ordered: (range, limit) => sql`
      SELECT received_day, received_at, alert_id AS id, alert_id, severity_rank, type, log_types, tags, terms
      FROM (SELECT *, alert_id AS id FROM alerts) AS a WHERE ${range} ${newest(limit)}`,
    ofAlert: (range) => sql`
      SELECT received_day, received_at, id, alert_id, severity_rank, type, log_types, tags, terms
      FROM (SELECT *, alert_id AS id FROM alerts WHERE received_day = c.received_day AND alert_id = c.alert_id) AS a
      WHERE ${range}`,
    remaining: search?.matches('p') ?? null,
    search,
    idType: 'text',
  };
}

const statusOf = (statuses: readonly AlertStatus[]) => sql<boolean>`coalesce((
  SELECT r.status FROM routings r WHERE r.received_day = p.received_day AND r.alert_id = p.alert_id
), 'routing') = ANY(${statuses}::text[])`;

/** An alert without a routing is found in the outbox. */
function alertsOfStatus(statuses: AlertStatus[], { search, destinationId }: AlertChoice): Stream {
  const columns = sql`received_day, received_at, alert_id AS id, alert_id`;
  const waiting = sql`
    SELECT ${columns} FROM alert_outbox WHERE ${statuses.includes('routing') ? sql`true` : sql`false`}`;
  return {
    ordered: (range, limit) => sql`
      SELECT * FROM (
        SELECT r.* FROM unnest(${statuses}::text[]) AS s(status) CROSS JOIN LATERAL (
          SELECT received_day, received_at, id, alert_id
          FROM (SELECT *, alert_id AS id FROM routings) AS routed
          WHERE status = s.status AND ${range} ${newest(limit)}
        ) AS r
        UNION ALL (SELECT * FROM (${waiting}) AS o WHERE ${range} ${newest(limit)})
      ) AS p ${newest(limit)}`,
    ofAlert: (range) => sql`
      SELECT * FROM (
        SELECT ${columns} FROM (
          SELECT * FROM routings WHERE received_day = c.received_day AND alert_id = c.alert_id OFFSET 0
        ) AS r WHERE status = ANY(${statuses}::text[])
        UNION ALL ${waiting} AND alert_id = c.alert_id
      ) AS p WHERE ${range}`,
    remaining: allOf([
      ...(search === null ? [] : [alertOf(search.matches('a'))]),
      ...(destinationId === undefined
        ? []
        : [
            sql<boolean>`coalesce((SELECT true FROM (
              SELECT destination_id FROM deliveries WHERE received_day = p.received_day AND alert_id = p.alert_id OFFSET 0
            ) AS d WHERE d.destination_id = ${destinationId}::uuid LIMIT 1), false)`,
          ]),
    ]),
    search,
    idType: 'text',
  };
}

/** States that deliveries of an alert may be in, by its own. */
const DELIVERIES_OF: Record<AlertStatus, readonly DeliveryStatus[]> = {
  routing: [],
  unrouted: [],
  pending: DELIVERY_STATUSES,
  failed: ['failed', 'succeeded', 'cancelled'],
  succeeded: ['succeeded', 'cancelled'],
  cancelled: ['cancelled'],
};

/** An alert has one delivery to a destination, so that the deliveries are a list of the alerts. */
function alertsOfDestination(
  destinationId: string,
  statuses: AlertStatus[] | undefined,
  { search }: AlertChoice,
): Stream {
  const ofDeliveries = statuses?.flatMap((status) => DELIVERIES_OF[status]) ?? DELIVERY_STATUSES;
  return {
    ...deliveriesOf({ destinationId, statuses: ofDeliveries, errorCodes: undefined }),
    remaining: allOf([
      ...(search === null ? [] : [alertOf(search.matches('a'))]),
      ...(statuses === undefined ? [] : [statusOf(statuses)]),
    ]),
    search,
  };
}

export interface DeliveryChoice {
  /** Filters on the alert that need the alert's row. */
  search: AlertSearch | null;
  /** All filters on the alert. */
  rare: AlertSearch | null;
  statuses?: readonly DeliveryStatus[] | undefined;
  destinationId?: string | undefined;
  severityRanks?: readonly number[] | undefined;
  errorCodes?: readonly string[] | undefined;
}

/**
 * The list of deliveries. The indexes have the status before the time: each status' newest are taken from its own
 * stretch of the index, and the newest of those are the list.
 */
export function deliveryStream(choice: DeliveryChoice): Stream {
  const { search, rare, destinationId, severityRanks, errorCodes } = choice;
  const withError: readonly DeliveryStatus[] = ['failed', 'retrying'];
  const given = choice.statuses ?? DELIVERY_STATUSES;
  const statuses = errorCodes === undefined ? given : given.filter((status) => withError.includes(status));
  return {
    ...deliveriesOf({ destinationId, statuses, errorCodes }),
    remaining: allOf([
      ...(severityRanks === undefined
        ? []
        : [sql<boolean>`p.severity_rank = ANY(${severityRanks}::smallint[])`]),
      ...(search === null ? [] : [alertOf(search.matches('a'))]),
      ...(errorCodes === undefined || (destinationId === undefined && !statuses.includes('retrying'))
        ? []
        : [failedWith(errorCodes)]),
    ]),
    search: rare,
  };
}

/** A failed delivery has its code; of one that is retried, it is its last attempt's. */
const failedWith = (codes: readonly string[]) => sql<boolean>`coalesce(p.failure_code, (
  SELECT t.error_code FROM attempts t WHERE t.received_day = p.received_day AND t.delivery_id = p.id
  ORDER BY t.round DESC, t.number DESC LIMIT 1)) = ANY(${codes}::text[])`;

interface DeliveryRows {
  statuses: readonly DeliveryStatus[];
  destinationId: string | undefined;
  errorCodes: readonly string[] | undefined;
}

function deliveriesOf({
  statuses,
  destinationId,
  errorCodes,
}: DeliveryRows): Pick<Stream, 'ordered' | 'ofAlert' | 'idType'> {
  const columns = sql`received_day, received_at, id, alert_id, severity_rank, failure_code`;
  const toDestination =
    destinationId === undefined ? sql`true` : sql`destination_id = ${destinationId}::uuid`;
  // By code, where an index has it; the codes of one destination are few among its failed ones.
  const byCode = errorCodes !== undefined && destinationId === undefined && statuses.includes('failed');
  const byStatus = [...new Set(statuses)].filter((status) => !(byCode && status === 'failed'));
  return {
    ordered: (range, limit) => {
      const ofStatus = sql`
        SELECT d.* FROM unnest(${byStatus}::text[]) AS s(status) CROSS JOIN LATERAL (
          SELECT ${columns} FROM deliveries WHERE status = s.status AND ${toDestination} AND ${range} ${newest(limit)}
        ) AS d`;
      const ofCode = sql`
        SELECT d.* FROM unnest(${[...new Set(errorCodes ?? [])]}::text[]) AS s(code) CROSS JOIN LATERAL (
          SELECT ${columns} FROM deliveries WHERE failure_code = s.code AND status = 'failed' AND ${range} ${newest(limit)}
        ) AS d`;
      return sql`SELECT * FROM (${ofStatus}${byCode ? sql` UNION ALL ${ofCode}` : sql``}) AS p ${newest(limit)}`;
    },
    ofAlert: (range) => sql`
      SELECT ${columns} FROM (
        SELECT * FROM deliveries WHERE received_day = c.received_day AND alert_id = c.alert_id AND ${range} OFFSET 0
      ) AS d WHERE status = ANY(${[...statuses]}::text[]) AND ${toDestination}`,
    idType: 'uuid',
  };
}
