import { RESERVED_ID_PREFIX } from '@tocsin/contract';
import type { Plan } from '@tocsin/status-gateway';
import type { Transaction } from '@tocsin/store';

/** After this many failed attempts in a row, a destination gets no notice. */
const FAILED_IN_ROW = 3;

/**
 * Removes from the plan of a failure notice the destinations that it is about and those that fail now: the notice would
 * fail there too. The decision names them as skipped, with the reason `ownFailures` or `failing`.
 */
export async function spareFailing(client: Transaction, plans: Plan[]): Promise<Plan[]> {
  const isNotice = ({ alertId, isSystemError }: Plan) =>
    isSystemError && alertId.startsWith(RESERVED_ID_PREFIX);
  if (!plans.some(isNotice)) return plans;
  return Promise.all(plans.map((plan) => (isNotice(plan) ? spare(client, plan) : plan)));
}

async function spare(client: Transaction, plan: Plan): Promise<Plan> {
  const { destinationIds, skipped } = plan.decision;
  const { rows } = await client.query<{ destinationId: string; reason: string }>(
    `SELECT d.id AS "destinationId", CASE WHEN n.destination_id IS NULL THEN 'failing' ELSE 'ownFailures' END AS reason
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
      skipped: [...skipped, ...rows],
    },
  };
}
