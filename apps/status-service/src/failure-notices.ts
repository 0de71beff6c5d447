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

interface Notice {
  destinationId: string;
  displayName: string;
  count: number;
  window: number;
  windowStart: Date;
}

const WINDOW_NOW = 'floor(extract(epoch FROM now()) * 1000 / $1)::bigint';

/** Takes what is due into sending; what was left there goes again as it was. */
const TAKE_DUE = `
WITH due AS (
  SELECT destination_id FROM failure_notices
  WHERE sending_window IS NOT NULL OR (unreported > 0 AND last_window < ${WINDOW_NOW})
  ORDER BY destination_id LIMIT 100
), taken AS (
  UPDATE failure_notices n SET
    sending_count = coalesce(n.sending_count, n.unreported),
    sending_window = coalesce(n.sending_window, ${WINDOW_NOW})
  FROM due WHERE n.destination_id = due.destination_id
  RETURNING n.destination_id, n.sending_count, n.sending_window
)
SELECT t.destination_id AS "destinationId", coalesce(d.display_name, t.destination_id::text) AS "displayName",
  t.sending_count AS count, t.sending_window AS window,
  to_timestamp(t.sending_window * $1::double precision / 1000) AS "windowStart"
FROM taken t LEFT JOIN destinations d ON d.id = t.destination_id
ORDER BY t.destination_id`;

const SENT = `
UPDATE failure_notices SET
  unreported = unreported - sending_count,
  last_window = greatest(sending_window, ${WINDOW_NOW}),
  sending_count = NULL,
  sending_window = NULL
WHERE destination_id = $2 AND sending_window = $3`;

/**
 * Raises a `SYSTEM_ERROR` alert for each destination with failed deliveries that no alert has told of yet: the first
 * failure at once, later ones together when the next window begins. Count and window are stored before the alert is
 * sent: whoever dies before it knows that it arrived sends the same one again, which ingest knows, and what failed
 * meanwhile is told of by the next.
 *
 * @returns how many alerts were raised
 */
export async function raiseFailureNotices(database: Database, send: SendSystemAlert): Promise<number> {
  const { rows } = await database.pool.query<Notice>(TAKE_DUE, [WINDOW_MS]);
  for (const notice of rows) {
    await send(noticeAlert(notice));
    await database.pool.query(SENT, [WINDOW_MS, notice.destinationId, notice.window]);
  }
  return rows.length;
}

/** The alert about a destination's failed deliveries; its id follows from destination and window. */
function noticeAlert(notice: Notice): Record<string, unknown> {
  const id = createHash('sha256')
    .update(`${notice.destinationId}/${notice.window}`)
    .digest('hex')
    .slice(0, 32);
  const deliveries = notice.count === 1 ? '1 delivery' : `${notice.count} deliveries`;
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
