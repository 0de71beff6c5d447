import { type Kysely, sql } from 'kysely';

/**
 * Bulk resends walk in the order of receipt, by indexes that exist for every state. A running one starts over:
 * deliveries that it has resent no longer match. Its old cursor stays for processes of an earlier version.
 */
const CURSOR = `
ALTER TABLE resends ADD COLUMN cursor_at timestamptz;
ALTER TABLE resends ALTER COLUMN cursor_day SET DEFAULT '-infinity';
UPDATE resends SET cursor_id = DEFAULT WHERE state = 'running';
`;

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw(CURSOR).execute(db);
}
