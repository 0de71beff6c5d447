import { type Database, inTransaction, type Transaction } from '@tocsin/store';
import { v7 as uuidv7 } from 'uuid';
import { type FailingDestination, noticeAlert } from './notice-alert.ts';

/** At most one notice in this time, for the whole installation; minutes. */
const EVERY_MINUTES = 10;

/** How long after its first failure a notice waits, so that it names what fails together; milliseconds. */
const COLLECT_MS = 3_000;

/** Sends an alert in through ingest. Accepts a repetition: the `alertId` makes it harmless. */
export type SendSystemAlert = (alert: Record<string, unknown>) => Promise<void>;

export interface NoticeOptions {
  collectMs?: number;
}

/**
 * Raises one `SYSTEM_ERROR` alert about all failed deliveries that no notice has reported yet: soon after the first
 * failure, and ten minutes after the last notice at the earliest, over all processes. The alert is stored before it is
 * sent: after a crash in between the same one is sent again, which ingest knows by its id, and nothing is in a notice
 * twice or not at all.
 *
 * @returns whether an alert was sent
 */
export async function raiseFailureNotices(
  database: Database,
  send: SendSystemAlert,
  { collectMs = COLLECT_MS }: NoticeOptions = {},
): Promise<boolean> {
  const alert = await inTransaction(database, (client) => takeNotice(client, collectMs));
  if (alert === null) return false;
  await send(alert);
  await database.pool.query(`UPDATE failure_notice SET sending = NULL WHERE sending ->> 'alertId' = $1`, [
    alert.alertId,
  ]);
  return true;
}

/**
 * @returns the alert to send: the one that was being sent, else a new one where it is time; null where there is none
 */
async function takeNotice(client: Transaction, collectMs: number): Promise<Record<string, unknown> | null> {
  const { rows } = await client.query<{
    sending: Record<string, unknown> | null;
    isTime: boolean;
    now: Date;
  }>(
    `SELECT sending, coalesce(taken_at <= now() - make_interval(mins => $1), true) AS "isTime", now() AS now
     FROM failure_notice FOR UPDATE`,
    [EVERY_MINUTES],
  );
  const [state] = rows;
  if (state === undefined) return null;
  if (state.sending !== null || !state.isTime) return state.sending;
  const id = uuidv7();
  const destinations = await takeFailures(client, `tocsin.${id}`, collectMs);
  if (destinations.length === 0) return null;
  const alert = noticeAlert({ id, createdAt: state.now.toISOString(), destinations });
  await client.query('UPDATE failure_notice SET taken_at = now(), sending = $1', [JSON.stringify(alert)]);
  return alert;
}

/** Takes failures that no notice has reported, once the first is old enough. Rows are locked in the order of commits. */
async function takeFailures(
  client: Transaction,
  noticeId: string,
  collectMs: number,
): Promise<FailingDestination[]> {
  const { rows } = await client.query<FailingDestination>(
    `WITH due AS (
       SELECT destination_id, unreported, last_error FROM failure_notices
       WHERE unreported > 0 AND EXISTS (
         SELECT FROM failure_notices WHERE unreported > 0
           AND first_failed_at <= now() - $2 * interval '1 millisecond')
       ORDER BY destination_id FOR UPDATE
     ), taken AS (
       UPDATE failure_notices f SET unreported = 0, notice_id = $1 FROM due WHERE f.destination_id = due.destination_id
     )
     SELECT due.destination_id AS id, coalesce(d.display_name, due.destination_id::text) AS "displayName",
       due.unreported AS count, due.last_error AS "lastError"
     FROM due LEFT JOIN destinations d ON d.id = due.destination_id
     ORDER BY due.unreported DESC, due.destination_id`,
    [noticeId, collectMs],
  );
  return rows;
}
