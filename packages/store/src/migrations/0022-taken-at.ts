import { type Kysely, sql } from 'kysely';

/** A bulk resend of missing deliveries is taken by one process at a time, whether or not it then sends something. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`ALTER TABLE resends RENAME COLUMN sent_at TO taken_at`.execute(db);
}
