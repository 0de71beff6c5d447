import type { DeliveryStatus } from '@tocsin/contract';
import type { Transaction } from '@tocsin/store';
import { type DeliveryRow, daysOf, isOpen } from '../delivery/delivery-row.ts';

/** A bulk resend's counts are spread over this many rows, numbered from 1, so that commits seldom wait for one another. */
const STRIPES = 4;

/**
 * Counts rounds of bulk resends that ended, or succeeded after they had failed; the lock of the delivery's destination
 * guards each. A success counts only where the history has its attempt. Each is looked up by itself, since for an
 * EXISTS Postgres would read all of the day's successes.
 */
const STORE = `
WITH ended AS (
  SELECT r.resend_id, r.received_day, r.delivery_id, r.ended_as AS before, e."endedAs" AS after
  FROM json_to_recordset($1::json) AS e(day date, id uuid, round integer, "endedAs" text)
  JOIN resend_rounds r ON r.received_day = e.day AND r.delivery_id = e.id AND r.round = e.round
  WHERE r.received_day = ANY($2::date[]) AND r.delivery_id = ANY($3::uuid[])
    AND (r.ended_as IS NULL OR r.ended_as = 'failed' AND e."endedAs" = 'succeeded')
    AND (e."endedAs" = 'failed' OR (
      SELECT true FROM attempts a WHERE a.received_day = e.day AND a.delivery_id = e.id AND a.round = e.round
        AND a.received_day = ANY($2) AND a.error_code IS NULL LIMIT 1))
), stored AS (
  UPDATE resend_rounds r SET ended_as = e.after FROM ended e
  WHERE r.resend_id = e.resend_id AND r.received_day = e.received_day AND r.delivery_id = e.delivery_id
)
INSERT INTO resend_outcomes AS o (resend_id, stripe, succeeded, failed)
SELECT resend_id, 1 + pg_backend_pid() % ${STRIPES}, count(*) FILTER (WHERE after = 'succeeded'),
  count(*) FILTER (WHERE after = 'failed') - count(*) FILTER (WHERE before = 'failed')
FROM ended GROUP BY resend_id ORDER BY resend_id
ON CONFLICT (resend_id, stripe) DO UPDATE SET
  succeeded = o.succeeded + excluded.succeeded, failed = o.failed + excluded.failed`;

/**
 * Collects how rounds end, and counts those that bulk resends began: rounds of everything else are passed over. Only one
 * that a resend began or hurried can be one; the first of a missing delivery is.
 */
export function createRoundEnds() {
  const ends = new Map<string, { day: string; id: string; round: number; endedAs: 'succeeded' | 'failed' }>();
  return {
    /** @param status what the delivery has become in that round; open ones are no end */
    moved(
      { day, id, round, trigger }: Pick<DeliveryRow, 'day' | 'id' | 'round' | 'trigger'>,
      status: DeliveryStatus,
    ): void {
      if (trigger !== 'resend' || isOpen({ status })) return;
      const endedAs = status === 'succeeded' ? 'succeeded' : 'failed';
      ends.set(`${id} ${round}`, { day, id, round, endedAs });
    },
    /** To be called once the attempts are stored, and before the statistics are. */
    async store(client: Transaction): Promise<void> {
      const rows = [...ends.values()];
      if (rows.length === 0) return;
      await client.query(STORE, [JSON.stringify(rows), daysOf(rows), rows.map(({ id }) => id)]);
    },
  };
}
