import { type Kysely, sql } from 'kysely';
import { destinationBytes } from '../destination-bytes.ts';

/** What each destination takes, so that all of them together can be bounded. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`ALTER TABLE destinations ADD COLUMN bytes integer NOT NULL DEFAULT 0`.execute(db);
  await sql`UPDATE destinations SET bytes = ${destinationBytes}`.execute(db);
}
