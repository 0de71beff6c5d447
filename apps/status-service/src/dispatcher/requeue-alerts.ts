import { type AlertJob, type AlertToRoute, groupAlerts } from '@tocsin/queues';
import type { Database } from '@tocsin/store';

const BATCH = 5_000;
/** Of routing facts in a batch: an alert may name a thousand destinations. */
const FACTS_BYTES_MAX = 8 * 1024 * 1024;

/** An alert younger than this is still on its way through the queue; seconds. */
const GRACE_SECONDS = 10;

/** After this long without a plan, an alert that was requeued is requeued again; seconds. */
const REQUEUE_AFTER_SECONDS = 30;

/** The size of facts is known without reading them. The first alert is taken whatever its size. */
const SELECT = `
SELECT "alertId", day, "severityRank", facts FROM (
  SELECT o.alert_id AS "alertId", o.received_day AS day, o.received_at, a.severity_rank AS "severityRank", a.facts,
    sum(octet_length(a.facts)) OVER (ORDER BY o.received_at, o.alert_id ROWS UNBOUNDED PRECEDING) AS bytes,
    row_number() OVER (ORDER BY o.received_at, o.alert_id) AS place
  FROM (
    SELECT * FROM alert_outbox o
    WHERE $1 OR (o.received_at < now() - $2 * interval '1 second'
      AND (o.enqueued_at IS NULL OR o.enqueued_at < now() - $3 * interval '1 second'))
    ORDER BY o.received_at LIMIT $4
  ) AS o
  JOIN alerts a ON a.received_day = o.received_day AND a.alert_id = o.alert_id
) AS o WHERE bytes <= $5 OR place = 1 ORDER BY received_at`;

/**
 * Finds accepted alerts that have no plan although they should: their job was never added, or was lost. Routing one
 * twice does no harm, so the caller only has to check that the queue is not just slow.
 *
 * @param enqueue enqueues the jobs; the alerts count as enqueued once it resolves
 * @param options.all also those that came just now; for when the queues are known to have lost everything
 * @returns how many alerts were requeued
 */
export async function requeueAlerts(
  database: Database,
  enqueue: (jobs: AlertJob[]) => Promise<void>,
  options: { all?: boolean } = {},
): Promise<number> {
  const bounds = [options.all === true, GRACE_SECONDS, REQUEUE_AFTER_SECONDS, BATCH, FACTS_BYTES_MAX];
  const { rows } = await database.pool.query<AlertToRoute>(SELECT, bounds);
  if (rows.length === 0) return 0;
  await enqueue(groupAlerts(rows));
  await database.pool.query('UPDATE alert_outbox SET enqueued_at = now() WHERE alert_id = ANY($1)', [
    rows.map((row) => row.alertId),
  ]);
  return rows.length;
}
