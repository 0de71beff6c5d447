import { DELIVERY_STATUSES, type listDeliveries, type RequestOf } from '@tocsin/contract';
import type { DeliveriesTable } from '@tocsin/store';
import { type RawBuilder, type Selectable, sql } from 'kysely';
import { CURSOR_IDS, decodeCursor } from './cursor.ts';

type Query = RequestOf<typeof listDeliveries>['query'];

/** What a query selects deliveries from. */
export type DeliverySource = RawBuilder<Selectable<DeliveriesTable>>;

/** The receipt day of a time, known to the planner when it chooses partitions. */
const dayOf = (time: string) => sql`(${time}::timestamptz AT TIME ZONE 'UTC')::date`;

/**
 * One page of the list and one more, newest receipt first. The indexes have the status before the time: each status'
 * newest are taken from its own stretch of the index, and the newest of those are the page. So no filter has to walk
 * through rows that it does not want, however rare they are.
 *
 * @throws ProblemError `invalid_request` where the cursor is none
 */
export function pageOf(query: Query): DeliverySource {
  const conditions = [sql`d.status = s.status`];
  if (query.destinationId !== undefined)
    conditions.push(sql`d.destination_id = ${query.destinationId}::uuid`);
  if (query.since !== undefined) {
    conditions.push(sql`d.received_day >= ${dayOf(query.since)}`);
    conditions.push(sql`d.received_at >= ${query.since}::timestamptz`);
  }
  if (query.until !== undefined) {
    conditions.push(sql`d.received_day <= ${dayOf(query.until)}`);
    conditions.push(sql`d.received_at < ${query.until}::timestamptz`);
  }
  if (query.cursor !== undefined) {
    const { at, id } = decodeCursor(query.cursor, CURSOR_IDS.uuid);
    conditions.push(sql`d.received_day <= ${dayOf(at)}`);
    conditions.push(sql`(d.received_at, d.id) < (${at}::timestamptz, ${id}::uuid)`);
  }
  return sql`(
    SELECT d.* FROM unnest(${[...new Set(query.status ?? DELIVERY_STATUSES)]}::text[]) AS s(status)
    CROSS JOIN LATERAL (
      SELECT * FROM deliveries AS d WHERE ${sql.join(conditions, sql` AND `)}
      ORDER BY d.received_at DESC, d.id DESC LIMIT ${query.limit + 1}
    ) AS d
    ORDER BY d.received_at DESC, d.id DESC LIMIT ${query.limit + 1})`;
}
