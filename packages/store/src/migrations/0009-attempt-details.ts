import { type Kysely, sql } from 'kysely';

/** Whether a POST was made a second time within its attempt, and where a redirect pointed to. */
const COLUMNS = `
ALTER TABLE attempts
  ADD COLUMN repeated boolean NOT NULL DEFAULT false,
  ADD COLUMN location text;
`;

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw(COLUMNS).execute(db);
}
