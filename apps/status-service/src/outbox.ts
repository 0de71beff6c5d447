import { type RoutingFacts, severityRank } from '@tocsin/contract';
import type { Database } from '@tocsin/store';

/** Routing work for the router: a few alerts of one day and severity. */
export interface AlertsToRoute {
  day: string;
  severityRank: number;
  alerts: { id: string; facts: string }[];
}

const BATCH = 5_000;
const ALERTS_PER_JOB = 200;

/** An alert younger than this is still on its way through the queue; seconds. */
const GRACE_SECONDS = 10;

/** After this long without a plan, an alert that was fed is fed again; seconds. */
const FEED_AGAIN_SECONDS = 30;

/**
 * Finds accepted alerts that have no plan although they should: their job was never added, or was lost. Routing one
 * twice does no harm, so the caller only has to see to it that the queue is not just slow.
 *
 * @param add adds the jobs; the alerts count as fed once it resolves
 * @param options.all also those that came just now; for when the queues are known to have lost everything
 * @returns how many alerts were fed
 */
export async function feedOutbox(
  database: Database,
  add: (jobs: AlertsToRoute[]) => Promise<void>,
  options: { all?: boolean } = {},
): Promise<number> {
  const { rows } = await database.pool.query<{ alertId: string; day: string; facts: string }>(
    `SELECT o.alert_id AS "alertId", o.received_day AS day, a.facts
     FROM alert_outbox o JOIN alerts a ON a.received_day = o.received_day AND a.alert_id = o.alert_id
     WHERE $1 OR (o.received_at < now() - $2 * interval '1 second'
       AND (o.fed_at IS NULL OR o.fed_at < now() - $3 * interval '1 second'))
     ORDER BY o.received_at LIMIT $4`,
    [options.all === true, GRACE_SECONDS, FEED_AGAIN_SECONDS, BATCH],
  );
  if (rows.length === 0) return 0;
  await add(groupAlerts(rows));
  await database.pool.query('UPDATE alert_outbox SET fed_at = now() WHERE alert_id = ANY($1)', [
    rows.map((row) => row.alertId),
  ]);
  return rows.length;
}

function groupAlerts(rows: { alertId: string; day: string; facts: string }[]): AlertsToRoute[] {
  const jobs: AlertsToRoute[] = [];
  const filling = new Map<string, AlertsToRoute>();
  for (const { alertId, day, facts } of rows) {
    const rank = severityRank((JSON.parse(facts) as RoutingFacts).severity);
    const key = `${day}/${rank}`;
    let job = filling.get(key);
    if (job === undefined || job.alerts.length >= ALERTS_PER_JOB) {
      job = { day, severityRank: rank, alerts: [] };
      filling.set(key, job);
      jobs.push(job);
    }
    job.alerts.push({ id: alertId, facts });
  }
  return jobs;
}
