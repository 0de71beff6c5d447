import { type Kysely, sql } from 'kysely';

/** Response times as a histogram (`statistics/response-histogram.ts` of the status service), in destinations' minutes. */
const RESPONSES = `
ALTER TABLE stats_buckets ADD COLUMN responses integer[];
`;

const LAST_ERROR = `
ALTER TABLE destination_health ADD COLUMN last_error_message text;
`;

/**
 * What destinations' latest attempts came to. A table of its own: rows of `destination_health` are locked by each
 * commit, which is not to wait for this.
 */
const STATES = `
CREATE TABLE health_states (
  destination_id uuid PRIMARY KEY,
  state text NOT NULL,
  since timestamptz NOT NULL,
  success_rate double precision NOT NULL,
  response_p50_ms integer,
  response_p95_ms integer
) WITH (fillfactor = 70);
`;

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const part of [RESPONSES, LAST_ERROR, STATES]) await sql.raw(part).execute(db);
}
