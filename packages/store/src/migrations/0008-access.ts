import { type Kysely, sql } from 'kysely';
import { boundDetail, DETAIL_BYTES_MAX } from '../audit-log/bound-detail.ts';

/** For pruning: by age, and by the count of each action. */
const INDEXES = `
CREATE INDEX audit_log_at ON audit_log (at);
CREATE INDEX audit_log_action ON audit_log (action, id);
`;

/**
 * One notice for the installation: for each destination, the failures in no notice yet and its latest notice; and one
 * row with the time of the last notice and the one being sent. Failures whose notice was being sent are reported again.
 */
const NOTICES = `
ALTER TABLE failure_notices
  DROP COLUMN last_window, DROP COLUMN sending_count, DROP COLUMN sending_window,
  ADD COLUMN last_error text,
  ADD COLUMN first_failed_at timestamptz NOT NULL DEFAULT now(),
  ADD COLUMN notice_id text;
CREATE TABLE failure_notice (
  singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
  taken_at timestamptz,
  sending jsonb
);
INSERT INTO failure_notice DEFAULT VALUES;
`;

/** Further filters of a bulk resend, and the rounds it began, by which their outcomes are counted. */
const RESENDS = `
ALTER TABLE resends ADD COLUMN severity_ranks integer[], ADD COLUMN error_codes text[];
DROP INDEX resends_running;
CREATE UNIQUE INDEX resends_running
  ON resends (destination_id, statuses, severity_ranks, error_codes, since, until) NULLS NOT DISTINCT
  WHERE state = 'running';
CREATE TABLE resend_rounds (
  resend_id uuid NOT NULL REFERENCES resends (id) ON DELETE CASCADE,
  received_day date NOT NULL,
  delivery_id uuid NOT NULL,
  round integer NOT NULL,
  PRIMARY KEY (resend_id, received_day, delivery_id)
);
`;

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const part of [INDEXES, NOTICES, RESENDS]) await sql.raw(part).execute(db);
  await boundOldEntries(db);
}

/** Entries of earlier versions kept a test's whole answer, and whatever a list held. */
export async function boundOldEntries(db: Kysely<unknown>): Promise<void> {
  for (let after = 0; ; ) {
    const { rows } = await sql<{ id: number; detail: Record<string, unknown> }>`
      SELECT id, detail FROM audit_log
      WHERE id > ${after} AND octet_length(detail::text) > ${DETAIL_BYTES_MAX} ORDER BY id LIMIT 200`.execute(
      db,
    );
    for (const { id, detail } of rows)
      await sql`UPDATE audit_log SET detail = ${JSON.stringify(boundDetail(detail))}::jsonb WHERE id = ${id}`.execute(
        db,
      );
    const last = rows.at(-1);
    if (last === undefined) return;
    after = last.id;
  }
}
