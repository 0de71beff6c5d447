import type { DeliveryView, listDeliveries as listDeliveriesEndpoint, RequestOf } from '@tocsin/contract';
import type { AttemptsTable, Database, DeliveriesTable } from '@tocsin/store';
import { type Selectable, sql } from 'kysely';
import { CURSOR_IDS, decodeCursor, encodeCursor } from './cursor.ts';

type Query = RequestOf<typeof listDeliveriesEndpoint>['query'];

const COLUMNS = [
  'd.received_day',
  'd.id',
  'd.alert_id',
  'd.destination_id',
  'd.destination_name',
  'd.status',
  'd.round',
  'd.failure_code',
  'd.next_attempt_at',
  'd.created_at',
  'd.updated_at',
] as const;

type Row = Pick<
  Selectable<DeliveriesTable>,
  | 'received_day'
  | 'id'
  | 'alert_id'
  | 'destination_id'
  | 'destination_name'
  | 'status'
  | 'round'
  | 'failure_code'
  | 'next_attempt_at'
  | 'created_at'
  | 'updated_at'
>;

export interface DeliveriesReader {
  list(query: Query): Promise<{ items: DeliveryView[]; nextCursor: string | null }>;
  /** @returns null where there is no such delivery. */
  find(id: string): Promise<DeliveryView | null>;
  /** All deliveries of an alert, oldest first. */
  ofAlert(day: string, alertId: string): Promise<DeliveryView[]>;
  byIds(day: string, ids: string[]): Promise<DeliveryView[]>;
  /** The day of a delivery and the ids that it is made of. */
  locate(id: string): Promise<{ day: string; alertId: string; destinationId: string } | null>;
}

/** Reads deliveries with all their attempts. */
export function createDeliveriesReader({ db }: Database): DeliveriesReader {
  const select = () => db.selectFrom('deliveries as d').select(COLUMNS);

  async function list(query: Query) {
    let statement = select()
      .select(sql<string>`d.created_at::text`.as('cursorAt'))
      .orderBy('d.created_at', 'desc')
      .orderBy('d.id', 'desc')
      .limit(query.limit + 1);
    if (query.status !== undefined) statement = statement.where('d.status', 'in', query.status);
    if (query.destinationId !== undefined)
      statement = statement.where('d.destination_id', '=', query.destinationId);
    if (query.since !== undefined || query.until !== undefined) {
      const { since = '-infinity', until = 'infinity' } = query;
      statement = statement.where(
        sql<boolean>`EXISTS (SELECT FROM alerts a WHERE a.received_day = d.received_day AND a.alert_id = d.alert_id
          AND a.received_at >= ${since}::timestamptz AND a.received_at < ${until}::timestamptz)`,
      );
    }
    if (query.cursor !== undefined) {
      const { at, id } = decodeCursor(query.cursor, CURSOR_IDS.uuid);
      statement = statement.where(sql<boolean>`(d.created_at, d.id) < (${at}::timestamptz, ${id}::uuid)`);
    }
    const rows = await statement.execute();
    const page = rows.slice(0, query.limit);
    const last = rows.length > page.length ? page.at(-1) : undefined;
    return {
      items: await withAttempts(page),
      nextCursor: last === undefined ? null : encodeCursor({ at: last.cursorAt, id: last.id }),
    };
  }

  async function withAttempts(rows: Row[]): Promise<DeliveryView[]> {
    if (rows.length === 0) return [];
    const attempts = await db
      .selectFrom('attempts')
      .selectAll()
      .where('received_day', 'in', [...new Set(rows.map((row) => row.received_day))])
      .where(
        'delivery_id',
        'in',
        rows.map((row) => row.id),
      )
      .orderBy('round')
      .orderBy('number')
      .execute();
    const byDelivery = Map.groupBy(attempts, (attempt) => attempt.delivery_id);
    return rows.map((row) => toView(row, byDelivery.get(row.id) ?? []));
  }

  return {
    list,
    find: async (id) => {
      const rows = await select().where('d.id', '=', id).execute();
      return (await withAttempts(rows))[0] ?? null;
    },
    ofAlert: async (day, alertId) =>
      withAttempts(
        await select()
          .where('d.received_day', '=', day)
          .where('d.alert_id', '=', alertId)
          .orderBy('d.created_at')
          .orderBy('d.destination_name')
          .execute(),
      ),
    byIds: async (day, ids) =>
      ids.length === 0
        ? []
        : withAttempts(
            await select()
              .where('d.received_day', '=', day)
              .where('d.id', 'in', ids)
              .orderBy('d.id')
              .execute(),
          ),
    locate: async (id) =>
      (await db
        .selectFrom('deliveries')
        .select(['received_day as day', 'alert_id as alertId', 'destination_id as destinationId'])
        .where('id', '=', id)
        .executeTakeFirst()) ?? null,
  };
}

function toView(row: Row, attempts: Selectable<AttemptsTable>[]): DeliveryView {
  return {
    id: row.id,
    alertId: row.alert_id,
    destinationId: row.destination_id,
    destinationName: row.destination_name,
    status: row.status,
    round: row.round,
    failureCode: row.failure_code,
    nextAttemptAt: row.next_attempt_at?.toISOString() ?? null,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
    attempts: attempts.map(toAttemptView),
  };
}

function toAttemptView(row: Selectable<AttemptsTable>): DeliveryView['attempts'][number] {
  const error =
    row.error_code === null
      ? null
      : {
          code: row.error_code as NonNullable<DeliveryView['attempts'][number]['error']>['code'],
          message: row.error_message ?? '',
        };
  return {
    round: row.round,
    number: row.number,
    trigger: row.trigger,
    startedAt: row.started_at.toISOString(),
    durationMs: row.duration_ms,
    timings: {
      dnsMs: row.dns_ms,
      connectMs: row.connect_ms,
      tlsMs: row.tls_ms,
      firstByteMs: row.first_byte_ms,
    },
    address: row.address,
    statusCode: row.status_code,
    responseBody: row.response_body?.toString('utf8') ?? null,
    responseTruncated: row.response_truncated,
    responseContentType: row.response_content_type,
    error,
  };
}
