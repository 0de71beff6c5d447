import { type Kysely, sql } from 'kysely';

/**
 * Which display names are equal no longer depends on the database's locale, of which some fold no letter but A to Z:
 * control-api compares them, one change at a time. The index is the net below, for names that are the same.
 */
const INDEX = `
DROP INDEX destinations_display_name;
CREATE UNIQUE INDEX destinations_display_name ON destinations (display_name) WHERE deleted_at IS NULL;
`;

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw(INDEX).execute(db);
}
