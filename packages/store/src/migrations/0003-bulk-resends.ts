import { type Kysely, sql } from 'kysely';

/**
 * Bulk resends and their progress. For one filter, one job runs at a time. The cursor is the last delivery that was
 * handled; `also_asked_as` holds ids of requests that were answered with this job.
 */
const RESENDS = `
CREATE TABLE resends (
  id uuid PRIMARY KEY,
  also_asked_as uuid[] NOT NULL DEFAULT '{}',
  destination_id uuid,
  statuses text[] NOT NULL,
  since timestamptz NOT NULL,
  until timestamptz NOT NULL,
  state text NOT NULL DEFAULT 'running',
  matched integer NOT NULL,
  resent integer NOT NULL DEFAULT 0,
  skipped integer NOT NULL DEFAULT 0,
  cursor_day date NOT NULL,
  cursor_id uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
  created_by text NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX resends_running ON resends (destination_id, statuses, since, until) NULLS NOT DISTINCT
  WHERE state = 'running';
CREATE INDEX resends_listed ON resends (created_at DESC, id DESC);
`;

/**
 * In the order in which bulk resends walk: without this index, each batch reads a whole day to find the few that
 * failed.
 */
const DELIVERIES = `
CREATE INDEX deliveries_unsuccessful ON deliveries (received_day, id, destination_id)
  WHERE status IN ('failed', 'cancelled');
`;

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const part of [RESENDS, DELIVERIES]) await sql.raw(part).execute(db);
}
