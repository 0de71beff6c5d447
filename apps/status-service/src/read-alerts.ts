import type { AlertDetail, AlertView, RequestOf, RoutingFacts } from '@tocsin/contract';
import { type listAlerts as listAlertsEndpoint, severityRank, withContext } from '@tocsin/contract';
import { jsonText } from '@tocsin/json';
import type { AlertsTable, Database, RoutingsTable } from '@tocsin/store';
import { type Nullable, type Selectable, sql } from 'kysely';
import { CURSOR_IDS, decodeCursor, encodeCursor } from './cursor.ts';
import type { DeliveriesReader } from './read-deliveries.ts';

type Query = RequestOf<typeof listAlertsEndpoint>['query'];

type Row = Pick<
  Selectable<AlertsTable>,
  'received_day' | 'received_at' | 'payload' | 'context' | 'facts' | 'dedup_key' | 'condition'
> &
  Nullable<
    Pick<
      Selectable<RoutingsTable>,
      'rule' | 'destination_ids' | 'skipped' | 'notes' | 'decided_at' | 'status'
    >
  >;

export interface AlertsReader {
  list(query: Query): Promise<{ items: AlertView[]; nextCursor: string | null }>;
  /** @returns null where there is no such alert. */
  find(alertId: string): Promise<AlertDetail | null>;
  /** @returns the day the alert was received, and whether its plan is committed. */
  locate(alertId: string): Promise<{ day: string; routed: boolean } | null>;
}

/** Reads alerts with their routing decisions. */
export function createAlertsReader({ db }: Database, deliveries: DeliveriesReader): AlertsReader {
  const select = () =>
    db
      .selectFrom('alerts as a')
      .leftJoin('routings as r', (join) =>
        join.onRef('r.received_day', '=', 'a.received_day').onRef('r.alert_id', '=', 'a.alert_id'),
      )
      .select([
        'a.received_day',
        'a.received_at',
        'a.payload',
        'a.context',
        'a.facts',
        'a.dedup_key',
        'a.condition',
      ])
      .select(['r.rule', 'r.destination_ids', 'r.skipped', 'r.notes', 'r.decided_at', 'r.status']);

  async function list(query: Query) {
    const rows = await filtered(query)
      .select(['a.alert_id', sql<string>`a.received_at::text`.as('cursorAt')])
      .orderBy('a.received_at', 'desc')
      .orderBy('a.alert_id', 'desc')
      .limit(query.limit + 1)
      .execute();
    const page = rows.slice(0, query.limit);
    const last = rows.length > page.length ? page.at(-1) : undefined;
    return {
      items: page.map((row) => toView(row)),
      nextCursor: last === undefined ? null : encodeCursor({ at: last.cursorAt, id: last.alert_id }),
    };
  }

  function filtered(query: Query) {
    let statement = select();
    if (query.severity !== undefined) {
      statement = statement.where('a.severity_rank', 'in', query.severity.map(severityRank));
    }
    if (query.type !== undefined) statement = statement.where('a.type', 'in', query.type);
    if (query.logType !== undefined)
      statement = statement.where(sql<boolean>`${query.logType} = ANY(a.log_types)`);
    if (query.status !== undefined) {
      statement = statement.where(sql<boolean>`coalesce(r.status, 'routing') = ANY(${query.status}::text[])`);
    }
    if (query.destinationId !== undefined) {
      statement = statement.where(
        sql<boolean>`EXISTS (SELECT FROM deliveries d WHERE d.received_day = a.received_day
          AND d.alert_id = a.alert_id AND d.destination_id = ${query.destinationId}::uuid)`,
      );
    }
    if (query.since !== undefined)
      statement = statement.where(sql<boolean>`a.received_at >= ${query.since}::timestamptz`);
    if (query.until !== undefined)
      statement = statement.where(sql<boolean>`a.received_at < ${query.until}::timestamptz`);
    if (query.q !== undefined && query.q !== '') {
      const pattern = `%${query.q.replaceAll(/[\\%_]/g, '\\$&')}%`;
      statement = statement.where(
        sql<boolean>`(a.title ILIKE ${pattern} OR a.name ILIKE ${pattern} OR a.detection_id ILIKE ${pattern}
          OR a.alert_id ILIKE ${pattern})`,
      );
    }
    if (query.cursor !== undefined) {
      const { at, id } = decodeCursor(query.cursor, CURSOR_IDS.alert);
      statement = statement.where(sql<boolean>`(a.received_at, a.alert_id) < (${at}::timestamptz, ${id})`);
    }
    return statement;
  }

  async function dayOf(alertId: string): Promise<string | null> {
    const row = await db
      .selectFrom('alert_ids')
      .select('received_day')
      .where('alert_id', '=', alertId)
      .executeTakeFirst();
    return row?.received_day ?? null;
  }

  async function findRow(alertId: string): Promise<Row | null> {
    const day = await dayOf(alertId);
    if (day === null) return null;
    const statement = select().where('a.received_day', '=', day).where('a.alert_id', '=', alertId);
    return (await statement.executeTakeFirst()) ?? null;
  }

  return {
    list,
    find: async (alertId) => {
      const row = await findRow(alertId);
      if (row === null) return null;
      const detail = { ...toView(row), deliveries: await deliveries.ofAlert(row.received_day, alertId) };
      return row.context === null ? detail : withContextText(detail, row.context);
    },
    locate: async (alertId) => {
      const row = await findRow(alertId);
      return row === null ? null : { day: row.received_day, routed: row.status !== null };
    },
  };
}

/** Adds the context as its producer wrote it: no number of it is rounded, and no key moved. */
function withContextText(detail: AlertDetail, context: string): AlertDetail {
  return jsonText(withContext(JSON.stringify(detail), context)) as unknown as AlertDetail;
}

function toView(row: Row): AlertView {
  const { logTypes, destinations, outputIds } = JSON.parse(row.facts) as RoutingFacts;
  return {
    ...(JSON.parse(row.payload) as Pick<
      AlertView,
      | 'id'
      | 'createdAt'
      | 'severity'
      | 'type'
      | 'link'
      | 'title'
      | 'name'
      | 'alertId'
      | 'description'
      | 'runbook'
      | 'tags'
      | 'version'
    >),
    logTypes,
    destinations,
    outputIds,
    dedupKey: row.dedup_key === null ? null : (JSON.parse(row.dedup_key) as string),
    condition: row.condition,
    receivedAt: row.received_at.toISOString(),
    status: row.status ?? 'routing',
    routing: toRouting(row),
  };
}

function toRouting(row: Row): AlertView['routing'] {
  const { rule, destination_ids: destinationIds, skipped, notes, decided_at: decidedAt } = row;
  if (rule === null || destinationIds === null || skipped === null || notes === null || decidedAt === null)
    return null;
  return { rule, destinationIds, skipped, notes, decidedAt: decidedAt.toISOString() };
}
