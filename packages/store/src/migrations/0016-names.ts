import { type Kysely, sql } from 'kysely';

/** Columns by the words of the glossary (`docs/glossary.md`); columns that only earlier versions read are dropped. */
const NAMES = `
ALTER TABLE deliveries RENAME COLUMN feed TO dispatch_number;
ALTER TABLE alert_outbox RENAME COLUMN fed_at TO enqueued_at;
ALTER TABLE destination_health RENAME COLUMN delivered TO succeeded;
ALTER TABLE stats_buckets RENAME COLUMN delivered TO succeeded;
ALTER TABLE resends RENAME COLUMN also_asked_as TO also_requested_as;
ALTER TABLE resends DROP COLUMN cursor_day;
`;

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw(NAMES).execute(db);
}
