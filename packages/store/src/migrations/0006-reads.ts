import { type Kysely, sql } from 'kysely';

/**
 * Alerts are searched by `terms` (`search-terms.ts`): one index for words, severity, type, log types and tags. Its list
 * of pending entries is kept short, so that searches read little of it and inserts have little to merge. Older alerts
 * have no terms; the maintenance of the status service adds them, and finds these alerts by an index that is empty
 * afterwards.
 */
const SEARCH = `
ALTER TABLE alerts ADD COLUMN tags text[] NOT NULL DEFAULT '{}';
ALTER TABLE alerts ADD COLUMN terms tsvector;
CREATE INDEX alerts_terms ON alerts USING gin (terms) WITH (gin_pending_list_limit = 1024);
CREATE INDEX alerts_without_terms ON alerts (received_at) WHERE terms IS NULL;
`;

/** In byte order, so that ids are found by how they begin, whatever the locale. */
const IDS = `
ALTER TABLE alert_ids ALTER COLUMN alert_id TYPE text COLLATE "C";
`;

/** Most alerts end as succeeded, and then leave the index. */
const STATUS = `
ALTER TABLE routings ADD COLUMN received_at timestamptz NOT NULL DEFAULT now();
UPDATE routings r SET received_at = a.received_at FROM alerts a
WHERE a.received_day = r.received_day AND a.alert_id = r.alert_id;
CREATE INDEX routings_of_status ON routings (status, received_at DESC, alert_id DESC) WHERE status <> 'succeeded';
CREATE INDEX deliveries_of_failure ON deliveries (failure_code, received_at DESC, id DESC) WHERE failure_code IS NOT NULL;
`;

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const part of [SEARCH, IDS, STATUS]) await sql.raw(part).execute(db);
}
