import { type Transaction, toStorableText } from '@tocsin/store';
import type { DeliveryRow } from '../delivery/delivery-row.ts';

const ERROR_CHARACTERS_MAX = 200;

/** A delivery that failed, and why. */
export interface FailedDelivery {
  row: DeliveryRow;
  reason: string;
}

/** Counts deliveries that failed or expired; never those of a `SYSTEM_ERROR`, lest a notice raise a notice. */
export async function countFailures(client: Transaction, failed: FailedDelivery[]): Promise<void> {
  const byDestination = Map.groupBy(
    failed.filter(({ row }) => !row.isSystemError),
    ({ row }) => row.destinationId,
  );
  if (byDestination.size === 0) return;
  const lastErrors = [...byDestination.values()].map((of) =>
    toStorableText((of.at(-1)?.reason ?? '').slice(0, ERROR_CHARACTERS_MAX)),
  );
  await client.query(
    `INSERT INTO failure_notices AS known (destination_id, unreported, last_error, first_failed_at)
     SELECT id, n, error, now() FROM unnest($1::uuid[], $2::integer[], $3::text[]) AS f(id, n, error) ORDER BY id
     ON CONFLICT (destination_id) DO UPDATE SET
       unreported = known.unreported + excluded.unreported,
       last_error = excluded.last_error,
       first_failed_at = CASE WHEN known.unreported = 0 THEN now() ELSE known.first_failed_at END`,
    [[...byDestination.keys()], [...byDestination.values()].map((of) => of.length), lastErrors],
  );
}
