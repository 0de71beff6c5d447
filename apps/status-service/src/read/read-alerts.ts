import {
  type AlertDetail,
  type AlertItem,
  LIMITS,
  type listAlerts as listAlertsEndpoint,
  type RequestOf,
  type RoutingFacts,
  severityRank,
  withContext,
} from '@tocsin/contract';
import { fitPage } from '@tocsin/http';
import { jsonText } from '@tocsin/json';
import { type AlertsTable, type Database, microsecondsOf, type RoutingsTable } from '@tocsin/store';
import { type Nullable, type RawBuilder, type Selectable, sql } from 'kysely';
import { findPlaces } from './find-places.ts';
import { CURSOR_IDS, decodeListCursor, encodeListCursor } from './list-cursor.ts';
import type { DeliveriesReader, DeliveryKey } from './read-deliveries.ts';
import { createAlertSearch } from './search.ts';
import { alertStream } from './streams.ts';

type Query = RequestOf<typeof listAlertsEndpoint>['query'];

type Row = Pick<
  Selectable<AlertsTable>,
  'received_day' | 'received_at' | 'payload' | 'context' | 'facts' | 'dedup_key' | 'condition'
> & {
  alert_id: string;
} & Nullable<
    Pick<
      Selectable<RoutingsTable>,
      | 'rule'
      | 'destination_ids'
      | 'skipped'
      | 'notes'
      | 'decided_at'
      | 'status'
      | 'open_count'
      | 'succeeded_count'
      | 'failed_count'
      | 'cancelled_count'
    >
  >;

export interface AlertsReader {
  list(query: Query): Promise<{ items: AlertItem[]; nextCursor: string | null }>;
  /**
   * One alert with its deliveries: the first page, or that from `cursor` on.
   *
   * @returns null where there is no such alert
   */
  find(alertId: string, cursor?: string): Promise<AlertDetail | null>;
  /** @returns the day the alert was received, and whether its plan is committed. */
  locate(alertId: string): Promise<{ day: string; routed: boolean } | null>;
}

/** What a page may cost to read: alerts are stored whole, with what their list leaves out. */
const STORED_BYTES_MAX = 4 * 1024 * 1024;
/**
 * A routing's list is at most this many times longer in an answer than stored: its ids hardly compress. Judging by the
 * stored size spares Postgres unpacking lists that the page has no room for.
 */
const UNPACKED = 4;

/** Reads alerts with their routing decisions. */
export function createAlertsReader(
  database: Pick<Database, 'db'>,
  deliveries: DeliveriesReader,
): AlertsReader {
  const { db } = database;

  async function list(query: Query) {
    const { severity, type, logType, tag, q, status, destinationId, since, until, limit } = query;
    const search = createAlertSearch({
      severityRanks: severity?.map(severityRank),
      types: type,
      logType,
      tag,
      q,
    });
    const stream = alertStream({ search, statuses: status, destinationId });
    const ids = stream.idType === 'uuid' ? CURSOR_IDS.uuid : CURSOR_IDS.alert;
    const owner = { list: 'alerts', filters: query, ids };
    const after = query.cursor === undefined ? undefined : decodeListCursor(query.cursor, owner);
    const { places, next } = await findPlaces(database, stream, { limit, since, until, after });
    const rows = await readRows(
      places.map(({ day, alertId }) => ({ day, id: alertId })),
      sql`NULL`,
    );
    const items = fitPage(rows.map((row) => toItem(row)));
    const end = items.length < places.length ? (places[items.length - 1] ?? next) : next;
    return { items, nextCursor: end === null ? null : encodeListCursor(end, owner) };
  }

  /** Row by row, each in its own day's partition, as long as they are not too much together. */
  async function readRows(keys: DeliveryKey[], context: RawBuilder<unknown>): Promise<Row[]> {
    if (keys.length === 0) return [];
    const statement = sql<Row>`
      SELECT * FROM (
        SELECT a.*, r.*, sum(a.bytes + coalesce(r.bytes, 0)) OVER (ORDER BY k.place) AS bytes_so_far, k.place
        FROM unnest(${keys.map(({ day }) => day)}::date[], ${keys.map(({ id }) => id)}::text[])
          WITH ORDINALITY AS k(day, id, place)
        CROSS JOIN LATERAL (
          SELECT received_day, alert_id, received_at, payload, ${context} AS context, facts, dedup_key, condition,
            octet_length(payload) + octet_length(facts) AS bytes
          FROM alerts WHERE received_day = k.day AND alert_id = k.id
        ) AS a
        LEFT JOIN LATERAL (
          SELECT rule, destination_ids, skipped, notes, decided_at, status, open_count, succeeded_count, failed_count,
            cancelled_count,
            ${UNPACKED} * (pg_column_size(destination_ids) + pg_column_size(skipped) + pg_column_size(notes)) AS bytes
          FROM routings WHERE received_day = k.day AND alert_id = k.id
        ) AS r ON true
      ) AS page WHERE bytes_so_far <= ${STORED_BYTES_MAX} OR place = 1 ORDER BY place`;
    return (await statement.execute(db)).rows;
  }

  async function findRow(alertId: string, context: RawBuilder<unknown>): Promise<Row | null> {
    const known = await db
      .selectFrom('alert_ids')
      .select('received_day')
      .where('alert_id', '=', alertId)
      .executeTakeFirst();
    if (known === undefined) return null;
    return (await readRows([{ day: known.received_day, id: alertId }], context))[0] ?? null;
  }

  async function find(alertId: string, cursor?: string): Promise<AlertDetail | null> {
    const row = await findRow(alertId, sql`context`);
    if (row === null) return null;
    const owner = { list: 'alert', filters: { alertId }, ids: CURSOR_IDS.uuid };
    const after = cursor === undefined ? undefined : decodeListCursor(cursor, owner).id;
    const { description, runbook } = JSON.parse(row.payload) as { description: string; runbook: string };
    const alert = { ...toItem(row), description, runbook };
    const keys = await deliveryKeys(row.received_day, alertId, after);
    const all = await deliveries.summaries(keys.slice(0, LIMITS.pageItemsMax));
    const usedBytes = Buffer.byteLength(JSON.stringify(alert)) + Buffer.byteLength(row.context ?? '');
    const page = fitPage(all, usedBytes);
    const last = page.length < keys.length ? keys[page.length - 1] : undefined;
    const nextCursor = last === undefined ? null : encodeListCursor({ at: last.at, id: last.id }, owner);
    const detail = { ...alert, deliveries: page, nextCursor };
    return row.context === null ? detail : withContextText(detail, row.context);
  }

  async function deliveryKeys(day: string, alertId: string, after: string | undefined) {
    const range = after === undefined ? sql`true` : sql`id > ${after}::uuid`;
    const { rows } = await sql<DeliveryKey & { at: number }>`
      SELECT received_day AS day, id, ${sql.raw(microsecondsOf('received_at'))} AS at FROM deliveries
      WHERE received_day = ${day} AND alert_id = ${alertId} AND ${range}
      ORDER BY id LIMIT ${LIMITS.pageItemsMax + 1}`.execute(db);
    return rows;
  }

  return {
    list,
    find,
    locate: async (alertId) => {
      const row = await findRow(alertId, sql`NULL`);
      return row === null ? null : { day: row.received_day, routed: row.status !== null };
    },
  };
}

/** Adds the context as its producer wrote it: no number of it is rounded, and no key moved. */
function withContextText(detail: AlertDetail, context: string): AlertDetail {
  return jsonText(withContext(JSON.stringify(detail), context)) as unknown as AlertDetail;
}

type Shown =
  | 'id'
  | 'createdAt'
  | 'severity'
  | 'type'
  | 'link'
  | 'title'
  | 'name'
  | 'alertId'
  | 'tags'
  | 'version';

function toItem(row: Row): AlertItem {
  const { logTypes, destinations, outputIds } = JSON.parse(row.facts) as RoutingFacts;
  const {
    description: _,
    runbook: __,
    ...shown
  } = JSON.parse(row.payload) as Pick<AlertItem, Shown> & {
    description: string;
    runbook: string;
  };
  return {
    ...shown,
    logTypes,
    destinations,
    outputIds,
    dedupKey: row.dedup_key === null ? null : (JSON.parse(row.dedup_key) as string),
    condition: row.condition,
    receivedAt: row.received_at.toISOString(),
    status: row.status ?? 'routing',
    routing: toRouting(row),
    counts: {
      open: row.open_count ?? 0,
      succeeded: row.succeeded_count ?? 0,
      failed: row.failed_count ?? 0,
      cancelled: row.cancelled_count ?? 0,
    },
  };
}

function toRouting(row: Row): AlertItem['routing'] {
  const { rule, destination_ids: destinationIds, skipped, notes, decided_at: decidedAt } = row;
  if (rule === null || destinationIds === null || skipped === null || notes === null || decidedAt === null)
    return null;
  return { rule, destinationIds, skipped, notes, decidedAt: decidedAt.toISOString() };
}
