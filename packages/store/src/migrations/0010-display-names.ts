import { type Kysely, sql } from 'kysely';

/**
 * Equality of display names no longer depends on the database's locale, since some locales fold only A to Z:
 * control-api compares them, one change at a time. The index still refuses identical names.
 */
const INDEX = `
DROP INDEX destinations_display_name;
CREATE UNIQUE INDEX destinations_display_name ON destinations (display_name) WHERE deleted_at IS NULL;
`;

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw(INDEX).execute(db);
}
