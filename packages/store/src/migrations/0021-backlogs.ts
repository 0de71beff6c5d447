import { type Kysely, sql } from 'kysely';

/**
 * What keeps due deliveries in Postgres: by destination, and for all of them, where the queues take nothing. Tables of
 * their own: rows of `destination_health` are locked by each commit, which is not to wait for this.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    CREATE TABLE backlogs (
      destination_id uuid PRIMARY KEY,
      reason text NOT NULL,
      -- When it was first seen, with whatever reason.
      since timestamptz NOT NULL,
      -- The reason that the log has last named; null as long as it has named none.
      logged_reason text
    )`.execute(db);
  await sql`
    CREATE TABLE queue_room (
      singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
      -- Why there is none; null where there is.
      lack text CHECK (lack IN ('full', 'unavailable')),
      since timestamptz NOT NULL DEFAULT now()
    )`.execute(db);
  await sql`INSERT INTO queue_room DEFAULT VALUES`.execute(db);
}
