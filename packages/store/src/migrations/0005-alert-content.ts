import { type Kysely, sql } from 'kysely';

/**
 * Two more fields of an alert, and a hash that tells whether a repeated alert has the same content. `dedup_key` is JSON
 * text, as `facts` is, since text refuses U+0000. Older rows have no hash: no repeated alert is reported as different
 * from them.
 */
const ALERT_CONTENT = `
ALTER TABLE alerts
  ADD COLUMN dedup_key text,
  ADD COLUMN condition text NOT NULL DEFAULT 'firing';
ALTER TABLE alert_ids ADD COLUMN content_hash bytea;
`;

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw(ALERT_CONTENT).execute(db);
}
