import { createHash } from 'node:crypto';
import type { Database, Transaction } from '@tocsin/store';
import type { DeliveryRow } from './delivery-row.ts';

/** At most one notice per destination in each of these; milliseconds. */
const WINDOW_MS = 10 * 60 * 1000;

/** Sends an alert in through ingest. Accepts a repetition: the `alertId` makes it harmless. */
export type SendSystemAlert = (alert: Record<string, unknown>) => Promise<void>;

/** Counts deliveries that failed for good; never those of a `SYSTEM_ERROR`, lest a notice raise a notice. */
export async function countFailures(client: Transaction, rows: DeliveryRow[]): Promise<void> {
  const counts = new Map<string, number>();
  for (const row of rows) {
    if (!row.isSystemError) counts.set(row.destinationId, (counts.get(row.destinationId) ?? 0) + 1);
  }
  if (counts.size === 0) return;
  await client.query(
    `INSERT INTO failure_notices (destination_id, unreported, last_window)
     SELECT id, n, 0 FROM unnest($1::uuid[], $2::integer[]) AS f(id, n) ORDER BY id
     ON CONFLICT (destination_id) DO UPDATE SET unreported = failure_notices.unreported + excluded.unreported`,
    [[...counts.keys()], [...counts.values()]],
  );
}

interface DueNotice {
  destinationId: string;
  displayName: string;
  unreported: number;
  window: number;
  windowStart: Date;
}

/**
 * Raises a `SYSTEM_ERROR` alert for each destination with failed deliveries that no alert has told of yet: the first
 * failure at once, later ones together when the next window begins.
 *
 * @returns how many alerts were raised
 */
export async function raiseFailureNotices(database: Database, send: SendSystemAlert): Promise<number> {
  const { rows } = await database.pool.query<DueNotice>(
    `SELECT n.destination_id AS "destinationId", coalesce(d.display_name, n.destination_id::text) AS "displayName",
       n.unreported, w.number AS window, to_timestamp(w.number * $1::double precision / 1000) AS "windowStart"
     FROM failure_notices n
     LEFT JOIN destinations d ON d.id = n.destination_id
     CROSS JOIN LATERAL (SELECT floor(extract(epoch FROM now()) * 1000 / $1)::bigint AS number) AS w
     WHERE n.unreported > 0 AND n.last_window < w.number
     ORDER BY n.destination_id LIMIT 100`,
    [WINDOW_MS],
  );
  for (const notice of rows) {
    await send(noticeAlert(notice));
    await database.pool.query(
      `UPDATE failure_notices SET unreported = greatest(0, unreported - $2), last_window = $3
       WHERE destination_id = $1 AND last_window < $3`,
      [notice.destinationId, notice.unreported, notice.window],
    );
  }
  return rows.length;
}

/** The alert about a destination's failed deliveries; its id follows from destination and window. */
function noticeAlert(notice: DueNotice): Record<string, unknown> {
  const id = createHash('sha256')
    .update(`${notice.destinationId}/${notice.window}`)
    .digest('hex')
    .slice(0, 32);
  const deliveries = notice.unreported === 1 ? '1 delivery' : `${notice.unreported} deliveries`;
  return {
    alertId: `tocsin-delivery-failure-${id}`,
    id: 'Tocsin.Delivery.Failed',
    createdAt: notice.windowStart.toISOString(),
    severity: 'HIGH',
    type: 'SYSTEM_ERROR',
    title: `${deliveries} to ${notice.displayName} failed for good`,
    name: 'Deliveries failed for good',
    description: `Every retry of ${deliveries} to the destination "${notice.displayName}" (${notice.destinationId}) was used up, or the time to deliver ran out.`,
    runbook: 'Look at the destination’s last error, mend its receiver, and resend the failed deliveries.',
    tags: ['tocsin', 'delivery-failure'],
  };
}
