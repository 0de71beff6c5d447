import { type Kysely, sql } from 'kysely';

/**
 * A bulk resend of missing deliveries walks over alerts, so its cursor is an alert's id. `sent_at` is when it last made
 * deliveries, by which its rate is limited over all processes.
 */
const MISSING = `
ALTER TABLE resends ADD COLUMN cursor_alert_id text, ADD COLUMN sent_at timestamptz;
`;

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw(MISSING).execute(db);
}
