import {
  type DeliveryItem,
  type DeliverySummary,
  type DeliveryView,
  type listDeliveries as listDeliveriesEndpoint,
  type RequestOf,
  severityRank,
} from '@tocsin/contract';
import { fitPage } from '@tocsin/http';
import { type Database, microsecondsOf } from '@tocsin/store';
import { type RawBuilder, sql } from 'kysely';
import { BACKLOG_FACTS } from '../delivery/backlog-reason.ts';
import {
  ANSWER_START,
  type AttemptRow,
  answerStart,
  attemptColumns,
  attemptError,
  toAttemptView,
  WHOLE_ANSWER,
} from './attempt-view.ts';
import { type DeliveryViewRow, toDeliveryState } from './delivery-state.ts';
import { findPlaces } from './find-places.ts';
import { CURSOR_IDS, decodeListCursor, encodeListCursor } from './list-cursor.ts';
import { createAlertSearch } from './search.ts';
import { deliveryStream } from './streams.ts';

type Query = RequestOf<typeof listDeliveriesEndpoint>['query'];

/** Where a delivery is stored. */
export interface DeliveryKey {
  day: string;
  id: string;
}

export interface DeliveriesReader {
  /** Newest receipt first. */
  list(query: Query): Promise<{ items: DeliveryItem[]; nextCursor: string | null }>;
  /**
   * One delivery with its attempts: the latest page, or that before `cursor`.
   *
   * @returns null where there is no such delivery
   */
  find(id: string, cursor?: string): Promise<DeliveryView | null>;
  /** Deliveries in the order given, with the beginnings of their attempts' answers. */
  summaries(keys: readonly DeliveryKey[]): Promise<DeliverySummary[]>;
  /** The day of a delivery and the ids that it is made of. */
  locate(id: string): Promise<{ day: string; alertId: string; destinationId: string } | null>;
}

/** Attempts of a delivery in one answer, and of each where there are many deliveries. */
const ATTEMPTS_PER_PAGE = 50;
const ATTEMPTS_SUMMARISED = 20;
/** A title may have 256 KiB; the alert has it whole. */
const TITLE_CHARACTERS_MAX = 1_000;
/** The largest payload read for a title: a column with U+FFFD may not hold the title as it was sent. */
const PAYLOAD_BYTES_MAX = 8_192;

interface Row extends DeliveryViewRow {
  title: string | null;
  /** Only where the title is taken from it. */
  payload: string | null;
}

/** Reads deliveries with their attempts and the titles of their alerts. */
export function createDeliveriesReader(database: Pick<Database, 'db'>): DeliveriesReader {
  const { db } = database;

  /** Row by row, each in its own day's partition: lists of days and ids would be looked for in all combinations. */
  async function readRows(keys: readonly DeliveryKey[]): Promise<Row[]> {
    if (keys.length === 0) return [];
    const statement = sql<Row>`
      SELECT d.*, coalesce(d.next_attempt_at > now(), false) AS not_due_yet,
        CASE WHEN t.id IS NULL OR t.deleted_at IS NOT NULL THEN 'deleted' WHEN t.enabled THEN 'enabled' ELSE 'disabled' END
          AS destination_state,
        ${sql.raw(BACKLOG_FACTS)},
        left(a.title, ${TITLE_CHARACTERS_MAX}) AS title,
        CASE WHEN strpos(a.title, ${'\uFFFD'}) > 0 AND octet_length(a.payload) <= ${PAYLOAD_BYTES_MAX} THEN a.payload END
          AS payload
      FROM ${keysAs(keys)}
      CROSS JOIN LATERAL (
        SELECT received_day, id, alert_id, destination_id, destination_name, severity_rank, status, queue_state, round,
          attempts, failure_code, next_attempt_at, created_at, updated_at
        FROM deliveries WHERE received_day = k.day AND id = k.id
      ) AS d
      LEFT JOIN destinations t ON t.id = d.destination_id
      LEFT JOIN destination_health h ON h.destination_id = d.destination_id
      LEFT JOIN LATERAL (SELECT title, payload FROM alerts WHERE received_day = k.day AND alert_id = d.alert_id) AS a ON true
      ORDER BY k.place`;
    return (await statement.execute(db)).rows;
  }

  /** The latest attempts of each, the latest first, with the beginnings of their answers. */
  async function readLatest(keys: readonly DeliveryKey[], count: number): Promise<Map<string, AttemptRow[]>> {
    if (keys.length === 0) return new Map();
    const { rows } = await sql<AttemptRow>`
      SELECT t.* FROM ${keysAs(keys)} CROSS JOIN LATERAL (
        SELECT ${attemptColumns(ANSWER_START)} FROM attempts t WHERE t.received_day = k.day AND t.delivery_id = k.id
        ORDER BY t.round DESC, t.number DESC LIMIT ${count}
      ) AS t`.execute(db);
    return Map.groupBy(rows, (row) => row.delivery_id);
  }

  async function list(query: Query) {
    const { severity, errorCode, status, destinationId, q, since, until, limit } = query;
    const severityRanks = severity?.map(severityRank);
    const owner = { list: 'deliveries', filters: query, ids: CURSOR_IDS.uuid };
    const stream = deliveryStream({
      search: createAlertSearch({ severityRanks: q === undefined ? undefined : severityRanks, q }),
      rare: createAlertSearch({ severityRanks, q }),
      statuses: status,
      destinationId,
      severityRanks,
      errorCodes: errorCode,
    });
    const after = query.cursor === undefined ? undefined : decodeListCursor(query.cursor, owner);
    const { places, next } = await findPlaces(database, stream, { limit, since, until, after });
    const [rows, attempts] = await Promise.all([readRows(places), readLatest(places, 1)]);
    const items = fitPage(rows.map((row) => toItem(row, attempts.get(row.id)?.[0])));
    const end = items.length < places.length ? (places[items.length - 1] ?? next) : next;
    return { items, nextCursor: end === null ? null : encodeListCursor(end, owner) };
  }

  async function find(id: string, cursor?: string): Promise<DeliveryView | null> {
    const place = await locate(id);
    if (place === null) return null;
    const owner = { list: 'attempts', filters: { id }, ids: CURSOR_IDS.attempt };
    const before =
      cursor === undefined ? undefined : decodeListCursor(cursor, owner).id.split('.').map(Number);
    const [rows, attempts] = await Promise.all([
      readRows([{ day: place.day, id }]),
      readAttempts({ day: place.day, id }, before),
    ]);
    const [row] = rows;
    if (row === undefined) return null;
    const views = attempts.map((attempt) =>
      toAttemptView(attempt, (bytes) => bytes?.toString('utf8') ?? null),
    );
    const page = fitPage(views.slice(0, ATTEMPTS_PER_PAGE));
    const last = page.length < attempts.length ? attempts[page.length - 1] : undefined;
    const nextCursor =
      last === undefined
        ? null
        : encodeListCursor({ at: last.at, id: `${last.round}.${last.number}` }, owner);
    return { ...toDeliveryState(row, titleOf(row)), attempts: page.reverse(), nextCursor };
  }

  async function readAttempts({ day, id }: DeliveryKey, before: number[] | undefined) {
    const range = before === undefined ? sql`true` : sql`(t.round, t.number) < (${before[0]}, ${before[1]})`;
    const { rows } = await sql<AttemptRow & { at: number }>`
      SELECT ${attemptColumns(WHOLE_ANSWER)}, ${sql.raw(microsecondsOf('t.started_at'))} AS at FROM attempts t
      WHERE t.received_day = ${day} AND t.delivery_id = ${id} AND ${range}
      ORDER BY t.round DESC, t.number DESC LIMIT ${ATTEMPTS_PER_PAGE + 1}`.execute(db);
    return rows;
  }

  async function locate(id: string) {
    const row = await db
      .selectFrom('deliveries')
      .select(['received_day as day', 'alert_id as alertId', 'destination_id as destinationId'])
      .where('id', '=', id)
      .executeTakeFirst();
    return row ?? null;
  }

  return {
    list,
    find,
    locate,
    summaries: async (keys) => {
      const [rows, attempts] = await Promise.all([readRows(keys), readLatest(keys, ATTEMPTS_SUMMARISED)]);
      return rows.map((row) => ({
        ...toDeliveryState(row, titleOf(row)),
        attempts: (attempts.get(row.id) ?? [])
          .map((attempt) => toAttemptView(attempt, answerStart))
          .reverse(),
      }));
    },
  };
}

function keysAs(keys: readonly DeliveryKey[]): RawBuilder<unknown> {
  return sql`unnest(${keys.map(({ day }) => day)}::date[], ${keys.map(({ id }) => id)}::uuid[])
    WITH ORDINALITY AS k(day, id, place)`;
}

function titleOf({ title, payload }: Row): string {
  if (payload === null) return title ?? '';
  return (JSON.parse(payload) as { title: string }).title.slice(0, TITLE_CHARACTERS_MAX);
}

function toItem(row: Row, last: AttemptRow | undefined): DeliveryItem {
  const lastAttempt =
    last === undefined
      ? null
      : {
          statusCode: last.status_code,
          responseBody: answerStart(last.response_body),
          error: attemptError(last),
        };
  return { ...toDeliveryState(row, titleOf(row)), lastAttempt };
}
