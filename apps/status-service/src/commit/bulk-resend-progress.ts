import { type Microseconds, type Transaction, timeOfMicroseconds } from '@tocsin/store';
import type { DeliveryRow } from '../delivery/delivery-row.ts';

/** A bulk resend after a batch. */
export interface ResendAfterBatch {
  id: string;
  state: 'running' | 'done';
  matched: number;
  resent: number;
  skipped: number;
}

/** Records which rounds it began, to count their results. */
export async function recordRounds(client: Transaction, id: string, started: DeliveryRow[]): Promise<void> {
  if (started.length === 0) return;
  await client.query(
    `INSERT INTO resend_rounds (resend_id, received_day, delivery_id, round)
     SELECT $1, day, delivery, round FROM unnest($2::date[], $3::uuid[], $4::integer[]) AS r(day, delivery, round)`,
    [id, started.map(({ day }) => day), started.map((row) => row.id), started.map(({ round }) => round)],
  );
}

/** What a batch did, and where it ended: at a delivery, or for missing ones at an alert. */
export interface BatchProgress {
  cursor: { at: Microseconds; id?: string; alertId?: string };
  resent: number;
  skipped: number;
  isLast: boolean;
}

/**
 * Moves a bulk resend past a batch. What no longer matched at its turn was in no page: at the end, what is left counts
 * as skipped. Where counting had stopped early, or more came to match, `matched` grows with the batches.
 */
export async function moveResendOn(
  client: Transaction,
  id: string,
  { cursor, resent, skipped, isLast }: BatchProgress,
): Promise<ResendAfterBatch> {
  const { rows } = await client.query<ResendAfterBatch>(
    `UPDATE resends SET
       resent = resent + $2,
       matched = greatest(matched, resent + $2 + skipped + $3),
       matched_at_least = matched_at_least AND NOT $4,
       skipped = CASE WHEN $4 THEN greatest(skipped + $3, matched - resent - $2) ELSE skipped + $3 END,
       state = CASE WHEN $4 THEN 'done' ELSE state END,
       cursor_at = ${timeOfMicroseconds('$5')}, cursor_id = coalesce($6, cursor_id),
       cursor_alert_id = coalesce($7, cursor_alert_id), updated_at = now()
     WHERE id = $1
     RETURNING id, state, matched, resent, skipped`,
    [id, resent, skipped, isLast, cursor.at, cursor.id ?? null, cursor.alertId ?? null],
  );
  return rows[0] as ResendAfterBatch;
}
