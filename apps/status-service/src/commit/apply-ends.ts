import {
  DELIVERY_ROW_COLUMNS,
  type DeliveryRow,
  daysOf,
  ended,
  IS_OPEN,
  type RoundRef,
} from '../delivery/delivery-row.ts';
import type { Work } from './ledger.ts';

/** Why deliveries end before their retries are used up. */
export type End = 'expired' | 'cancelled';

export interface Ends {
  end: End;
  deliveries: RoundRef[];
}

/**
 * Ends the rounds of open deliveries. One whose round has ended meanwhile stays as it is. A job that is left in a queue
 * finds its delivery ended; a POST that is under way is recorded when it reports.
 *
 * @returns how many ended
 */
export async function applyEnds({ client, open }: Work, { end, deliveries }: Ends): Promise<number> {
  const ledger = await open(deliveries.map(({ destinationId }) => destinationId));
  const { rows } = await client.query<DeliveryRow>(
    `SELECT ${DELIVERY_ROW_COLUMNS} FROM deliveries d
     WHERE d.received_day = ANY($1::date[]) AND d.id = ANY($2::uuid[]) AND ${IS_OPEN}`,
    [daysOf(deliveries), deliveries.map(({ id }) => id)],
  );
  const rounds = new Map(deliveries.map(({ id, round }) => [id, round]));
  const ending = rows.filter((row) => row.round === rounds.get(row.id));
  for (const row of ending) {
    ledger.move(row, end === 'expired' ? ended(row, 'failed', 'expired') : ended(row, 'cancelled'), {
      reason: end,
    });
  }
  return ending.length;
}
