import type { Database } from '@tocsin/store';
import type { WrongAlert } from './alert-counts.ts';
import type { Work } from './ledger.ts';
import { lockRecounts } from './lock-recounts.ts';

/** Alerts of one day, in the order of their ids. */
export interface RoutingsPage {
  day: string;
  afterId: string;
  size: number;
}

/** One statement, so that counts and deliveries are of one moment. */
const SELECT_WRONG = `
WITH page AS (
  SELECT * FROM routings WHERE received_day = $1 AND alert_id > $2 ORDER BY alert_id LIMIT $3
), compared AS (
  SELECT p.alert_id, p.open_count, p.succeeded_count, p.failed_count, p.cancelled_count, of_rows.*
  FROM page p CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE d.status IN ('pending', 'retrying')) AS open,
      count(*) FILTER (WHERE d.status = 'succeeded') AS succeeded,
      count(*) FILTER (WHERE d.status = 'failed') AS failed,
      count(*) FILTER (WHERE d.status = 'cancelled') AS cancelled
    FROM deliveries d WHERE d.received_day = $1 AND d.alert_id = p.alert_id
  ) AS of_rows
), wrong AS (
  SELECT $1 AS day, alert_id AS "alertId",
    json_build_object('open', open_count, 'succeeded', succeeded_count, 'failed', failed_count,
      'cancelled', cancelled_count) AS stored,
    json_build_object('open', open, 'succeeded', succeeded, 'failed', failed, 'cancelled', cancelled) AS counted
  FROM compared
  WHERE (open, succeeded, failed, cancelled) <> (open_count, succeeded_count, failed_count, cancelled_count)
)
SELECT (SELECT coalesce(json_agg(w), '[]') FROM wrong w) AS wrong,
  (SELECT alert_id FROM page OFFSET $3 - 1) AS "nextAfterId"`;

/**
 * Finds those of a page's alerts whose counts are wrong. No lock.
 *
 * @returns them, and after which alert the next page begins; null where the day has no more
 */
export async function findWrongAlerts(
  client: Pick<Database['pool'], 'query'>,
  { day, afterId, size }: RoutingsPage,
): Promise<{ wrong: WrongAlert[]; nextAfterId: string | null }> {
  const { rows } = await client.query(SELECT_WRONG, [day, afterId, size]);
  return rows[0] as { wrong: WrongAlert[]; nextAfterId: string | null };
}

/**
 * Corrects the counts of a page's alerts, as `applyDestinationRecount` does those of destinations.
 *
 * @returns what was wrong
 */
export async function applyAlertRecount({ client, open }: Work, page: RoutingsPage): Promise<WrongAlert[]> {
  await lockRecounts(client);
  const { wrong } = await findWrongAlerts(client, page);
  const ledger = await open([]);
  for (const one of wrong) ledger.correctAlert(one);
  return wrong;
}
