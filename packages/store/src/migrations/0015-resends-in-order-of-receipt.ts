import { type Kysely, sql } from 'kysely';

/**
 * Bulk resends walk in the order of receipt, by indexes that there are for every state. One that runs begins anew: what it has
 * sent again matches no more. Its old cursor stays for processes of an earlier version.
 */
const CURSOR = `
ALTER TABLE resends ADD COLUMN cursor_at timestamptz;
ALTER TABLE resends ALTER COLUMN cursor_day SET DEFAULT '-infinity';
UPDATE resends SET cursor_id = DEFAULT WHERE state = 'running';
`;

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw(CURSOR).execute(db);
}
