import { type Kysely, sql } from 'kysely';

/** The size of each destination in bytes, so that their total can be limited. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`ALTER TABLE destinations ADD COLUMN bytes integer NOT NULL DEFAULT 0`.execute(db);
  await sql`
    UPDATE destinations SET bytes = octet_length(display_name) + coalesce(octet_length(sealed_url), 0)
      + octet_length(headers::text) + octet_length(log_types::text) + coalesce(octet_length(signing_secret), 0)
      + octet_length(previous_signing_secrets::text)
    WHERE deleted_at IS NULL`.execute(db);
}
