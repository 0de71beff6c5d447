import { type Kysely, sql } from 'kysely';

/** Succeeded alerts too: behind many that are pending, they were looked for one by one. */
const STATUS = `
DROP INDEX routings_of_status;
CREATE INDEX routings_of_status ON routings (status, received_at DESC, alert_id DESC);
`;

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw(STATUS).execute(db);
}
