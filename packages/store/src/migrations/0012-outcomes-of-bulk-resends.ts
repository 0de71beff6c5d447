import { type Kysely, sql } from 'kysely';

/**
 * How each round ended that a bulk resend began: `succeeded`, `failed` (also cancelled or expired), null while it is
 * open; and their counts, updated by each commit and spread over several rows of a resend, to be summed.
 */
const TABLES = `
ALTER TABLE resend_rounds ADD COLUMN ended_as text;
CREATE INDEX resend_rounds_of_delivery ON resend_rounds (received_day, delivery_id, round);
CREATE TABLE resend_outcomes (
  resend_id uuid NOT NULL REFERENCES resends (id) ON DELETE CASCADE,
  stripe smallint NOT NULL,
  succeeded integer NOT NULL,
  failed integer NOT NULL,
  PRIMARY KEY (resend_id, stripe)
) WITH (fillfactor = 70);
`;

/** For rounds that began earlier; those that are no longer stored count as failed. */
const ENDS = `
UPDATE resend_rounds r SET ended_as = CASE
  WHEN d.status = 'succeeded' OR EXISTS (
    SELECT FROM attempts a WHERE a.received_day = r.received_day AND a.delivery_id = r.delivery_id
      AND a.round = r.round AND a.error_code IS NULL) THEN 'succeeded'
  WHEN d.status IN ('pending', 'retrying') THEN NULL
  ELSE 'failed' END
FROM resend_rounds o
LEFT JOIN deliveries d ON d.received_day = o.received_day AND d.id = o.delivery_id AND d.round = o.round
WHERE r.resend_id = o.resend_id AND r.received_day = o.received_day AND r.delivery_id = o.delivery_id;
INSERT INTO resend_outcomes (resend_id, stripe, succeeded, failed)
SELECT resend_id, 1, count(*) FILTER (WHERE ended_as = 'succeeded'), count(*) FILTER (WHERE ended_as = 'failed')
FROM resend_rounds GROUP BY resend_id;
`;

/** Whether `matched` is only what was counted up to a bound. */
const MATCHED = `
ALTER TABLE resends ADD COLUMN matched_at_least boolean NOT NULL DEFAULT false;
`;

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const part of [TABLES, ENDS, MATCHED]) await sql.raw(part).execute(db);
}
