import { type Kysely, sql } from 'kysely';

/**
 * Two more fields of an alert, and what tells whether an alert that comes again says the same. `dedup_key` is JSON text,
 * as `facts` is, since text refuses U+0000. Rows of before have no hash: nothing is said to differ from them.
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
