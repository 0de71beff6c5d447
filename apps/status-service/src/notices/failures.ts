import { RESERVED_ID_PREFIX } from '@tocsin/contract';
import type { Plan } from '@tocsin/status-gateway';
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

/** After this many failed attempts in a row, a destination gets no notice. */
const FAILED_IN_ROW = 3;

/**
 * Removes from the plan of a failure notice the destinations that it is about and those that fail now: the notice would
 * fail there too. The decision names them as skipped, with the reason `ownFailures` or `failing`.
 */
export async function spareFailing(client: Pick<Transaction, 'query'>, plans: Plan[]): Promise<Plan[]> {
  const isNotice = ({ alertId, isSystemError }: Plan) =>
    isSystemError && alertId.startsWith(RESERVED_ID_PREFIX);
  if (!plans.some(isNotice)) return plans;
  return Promise.all(plans.map((plan) => (isNotice(plan) ? spare(client, plan) : plan)));
}

async function spare(client: Pick<Transaction, 'query'>, plan: Plan): Promise<Plan> {
  const { destinationIds, skipped } = plan.decision;
  const { rows } = await client.query<{ destinationId: string; isOwn: boolean }>(
    `SELECT d.id AS "destinationId", n.destination_id IS NOT NULL AS "isOwn"
     FROM unnest($1::uuid[]) AS d(id)
     LEFT JOIN destination_health h ON h.destination_id = d.id
     LEFT JOIN failure_notices n ON n.destination_id = d.id AND (n.notice_id = $2 OR n.unreported > 0)
     WHERE n.destination_id IS NOT NULL OR h.consecutive_failures >= $3
     ORDER BY d.id`,
    [destinationIds, plan.alertId, FAILED_IN_ROW],
  );
  const spared = new Set(rows.map(({ destinationId }) => destinationId));
  return {
    ...plan,
    decision: {
      ...plan.decision,
      destinationIds: destinationIds.filter((id) => !spared.has(id)),
      skipped: [
        ...skipped,
        ...rows.map(({ destinationId, isOwn }) => ({
          destinationId,
          reason: isOwn ? ('ownFailures' as const) : ('failing' as const),
        })),
      ],
    },
  };
}
