import type { Transaction } from '@tocsin/store';

/** Deliveries that are not finished. */
export interface OpenDeliveries {
  waiting: number;
  queued: number;
  delayed: number;
  /** When the oldest alert with such a delivery was received; null where there is none. */
  oldestReceivedAt: Date | null;
}

/** The first entry of its stretch of an index, in each partition. */
const oldest = (status: 'pending' | 'retrying', condition: string) =>
  `(SELECT received_at FROM deliveries WHERE status = '${status}' ${condition} ORDER BY received_at LIMIT 1)`;

/** @param destinationId of this one alone; null for all together */
export async function readOpenDeliveries(
  client: Transaction,
  destinationId: string | null,
): Promise<OpenDeliveries> {
  const one = destinationId === null ? '' : 'AND destination_id = $1';
  const { rows } = await client.query<OpenDeliveries>(
    `SELECT coalesce(sum(waiting), 0)::integer AS waiting, coalesce(sum(queued), 0)::integer AS queued,
       coalesce(sum(delayed), 0)::integer AS delayed,
       least(${oldest('pending', one)}, ${oldest('retrying', one)}) AS "oldestReceivedAt"
     FROM destination_health WHERE true ${one}`,
    destinationId === null ? [] : [destinationId],
  );
  return rows[0] as OpenDeliveries;
}
