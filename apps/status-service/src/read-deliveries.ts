import type { DeliveryView, listDeliveries as listDeliveriesEndpoint, RequestOf } from '@tocsin/contract';
import type { AttemptsTable, Database } from '@tocsin/store';
import { type Selectable, sql } from 'kysely';
import { encodeCursor } from './cursor.ts';
import { type DeliveryViewRow, toDeliveryView } from './delivery-view.ts';
import { type DeliverySource, pageOf } from './page-of-deliveries.ts';

type Query = RequestOf<typeof listDeliveriesEndpoint>['query'];

const COLUMNS = [
  'd.received_day',
  'd.id',
  'd.alert_id',
  'd.destination_id',
  'd.destination_name',
  'd.severity_rank',
  'd.status',
  'd.queue_state',
  'd.round',
  'd.failure_code',
  'd.next_attempt_at',
  'd.created_at',
  'd.updated_at',
] as const;

export interface DeliveriesReader {
  /** Newest receipt first. */
  list(query: Query): Promise<{ items: DeliveryView[]; nextCursor: string | null }>;
  /** @returns null where there is no such delivery. */
  find(id: string): Promise<DeliveryView | null>;
  /** All deliveries of an alert, oldest first. */
  ofAlert(day: string, alertId: string): Promise<DeliveryView[]>;
  byIds(day: string, ids: string[]): Promise<DeliveryView[]>;
  /** The day of a delivery and the ids that it is made of. */
  locate(id: string): Promise<{ day: string; alertId: string; destinationId: string } | null>;
}

/** Reads deliveries with all their attempts and the titles of their alerts. */
export function createDeliveriesReader({ db }: Database): DeliveriesReader {
  const select = (source: DeliverySource = sql`deliveries`) =>
    db
      .selectFrom(source.as('d'))
      .leftJoin('destinations as t', 't.id', 'd.destination_id')
      .select(COLUMNS)
      .select([
        sql<boolean>`coalesce(d.next_attempt_at > now(), false)`.as('not_due_yet'),
        sql<boolean>`coalesce(t.enabled AND t.deleted_at IS NULL, false)`.as('destination_enabled'),
      ]);

  async function list(query: Query) {
    const rows = await select(pageOf(query))
      .select(sql<string>`d.received_at::text`.as('cursorAt'))
      .orderBy('d.received_at', 'desc')
      .orderBy('d.id', 'desc')
      .execute();
    const page = rows.slice(0, query.limit);
    const last = rows.length > page.length ? page.at(-1) : undefined;
    return {
      items: await toViews(page),
      nextCursor: last === undefined ? null : encodeCursor({ at: last.cursorAt, id: last.id }),
    };
  }

  async function toViews(rows: DeliveryViewRow[]): Promise<DeliveryView[]> {
    if (rows.length === 0) return [];
    const [titles, attempts] = await Promise.all([readTitles(rows), readAttempts(rows)]);
    const byDelivery = Map.groupBy(attempts, (attempt) => attempt.delivery_id);
    return rows.map((row) =>
      toDeliveryView(row, titles.get(row.alert_id) ?? '', byDelivery.get(row.id) ?? []),
    );
  }

  // Both go row by row, each to its own day's partition: a page may be of many days, and a list of days and a list of
  // ids would be looked for in all combinations, in every partition.

  /** Where the column holds U+FFFD, something may have been replaced by it: then the payload has the title. */
  async function readTitles(page: DeliveryViewRow[]): Promise<Map<string, string>> {
    const days = new Map(page.map((row) => [row.alert_id, row.received_day]));
    const statement = sql<{ id: string; title: string; payload: string | null }>`
      SELECT a.alert_id AS id, a.title, CASE WHEN strpos(a.title, ${'\uFFFD'}) > 0 THEN a.payload END AS payload
      FROM unnest(${[...days.values()]}::date[], ${[...days.keys()]}::text[]) AS k(day, alert_id)
      CROSS JOIN LATERAL (SELECT * FROM alerts WHERE received_day = k.day AND alert_id = k.alert_id) AS a`;
    const { rows } = await statement.execute(db);
    return new Map(
      rows.map(({ id, title, payload }) => [
        id,
        payload === null ? title : (JSON.parse(payload) as { title: string }).title,
      ]),
    );
  }

  async function readAttempts(page: DeliveryViewRow[]): Promise<Selectable<AttemptsTable>[]> {
    const days = page.map((row) => row.received_day);
    const ids = page.map((row) => row.id);
    const statement = sql<Selectable<AttemptsTable>>`
      SELECT a.* FROM unnest(${days}::date[], ${ids}::uuid[]) AS k(day, id)
      CROSS JOIN LATERAL (SELECT * FROM attempts WHERE received_day = k.day AND delivery_id = k.id) AS a
      ORDER BY a.round, a.number`;
    const { rows } = await statement.execute(db);
    return rows;
  }

  return {
    list,
    find: async (id) => (await toViews(await select().where('d.id', '=', id).execute()))[0] ?? null,
    ofAlert: async (day, alertId) =>
      toViews(
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
        : toViews(
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
