import { sql, type Transaction } from 'kysely';
import type { Tables } from './tables.ts';

/** Size of the columns of a row of `destinations` that may be large, in bytes; 0 if it is deleted. */
const destinationBytes = sql<number>`CASE WHEN deleted_at IS NULL THEN
  octet_length(display_name) + coalesce(octet_length(sealed_url), 0) + octet_length(headers::text)
  + octet_length(log_types::text) + coalesce(octet_length(signing_secret), 0)
  + octet_length(previous_signing_secrets::text) ELSE 0 END`;

interface Sizes {
  /** Of all destinations, in bytes. */
  total: number;
  /** Growth of the total by this change; negative if it shrank. Bytes. */
  grown: number;
}

/**
 * Stores the new size of a destination; call it last in the transaction that changes the destination.
 *
 * @param revision the destination's new `revision`
 */
export async function noteDestinationBytes(db: Transaction<Tables>, revision: number): Promise<Sizes> {
  const { rows } = await sql<Sizes>`
    WITH changed AS (
      SELECT id, bytes AS before, ${destinationBytes} AS now FROM destinations WHERE revision = ${revision}
    ), noted AS (
      UPDATE destinations d SET bytes = c.now FROM changed c WHERE d.id = c.id
    ), growth AS (
      SELECT coalesce(sum(now - before), 0)::float8 AS grown FROM changed
    )
    SELECT (SELECT coalesce(sum(bytes), 0) FROM destinations) + grown AS total, grown FROM growth`.execute(
    db,
  );
  return rows[0] as Sizes;
}
