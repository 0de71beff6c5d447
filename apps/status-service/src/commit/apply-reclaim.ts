import {
  DELIVERY_ROW_COLUMNS,
  type DeliveryRow,
  daysOf,
  HAS_JOB,
  type RoundRef,
} from '../delivery/delivery-row.ts';
import type { Work } from './ledger.ts';

/**
 * Sets deliveries whose job is lost back to `waiting`, from where they are released again with another job.
 *
 * @returns how many: those whose lease has still run out
 */
export async function applyReclaim({ client, open }: Work, deliveries: RoundRef[]): Promise<number> {
  const ledger = await open(deliveries.map(({ destinationId }) => destinationId));
  const which = [daysOf(deliveries), deliveries.map(({ id }) => id)];
  // A row that is neither queued nor delayed has no job, so its lease means nothing. Without this it would be found for
  // ever.
  await client.query(
    `UPDATE deliveries SET lease_until = NULL
     WHERE received_day = ANY($1::date[]) AND id = ANY($2::uuid[]) AND lease_until <= now()
       AND NOT (${HAS_JOB})`,
    which,
  );
  // Read again under the lock: an outcome may have been committed since.
  const { rows } = await client.query<DeliveryRow>(
    `SELECT ${DELIVERY_ROW_COLUMNS} FROM deliveries d
     WHERE d.received_day = ANY($1::date[]) AND d.id = ANY($2::uuid[]) AND d.lease_until <= now()
       AND d.${HAS_JOB}`,
    which,
  );
  for (const row of rows) ledger.move(row, { ...row, queueState: 'waiting' });
  return rows.length;
}
