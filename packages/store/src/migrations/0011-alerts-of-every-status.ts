import { type Kysely, sql } from 'kysely';

/** Indexes succeeded alerts too: behind many pending ones, they were found only by reading row after row. */
const STATUS = `
DROP INDEX routings_of_status;
CREATE INDEX routings_of_status ON routings (status, received_at DESC, alert_id DESC);
`;

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw(STATUS).execute(db);
}
