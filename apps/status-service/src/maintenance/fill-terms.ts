import { type AlertsTable, type Database, searchTerms } from '@tocsin/store';
import type { Selectable } from 'kysely';

/** Alerts in one statement, so that each is short. */
const CHUNK = 500;

type Row = Pick<
  Selectable<AlertsTable>,
  | 'alert_id'
  | 'received_day'
  | 'detection_id'
  | 'title'
  | 'name'
  | 'severity_rank'
  | 'type'
  | 'log_types'
  | 'tags'
>;

/**
 * Adds search terms to alerts that an older version stored, the newest first. One from before the column `tags` is not
 * found by its tags.
 *
 * @returns how many there were
 */
export async function fillTerms({ pool }: Pick<Database, 'pool'>, closing?: AbortSignal): Promise<number> {
  for (let filled = 0; ; ) {
    const { rows } = await pool.query<Row>(
      `SELECT alert_id, received_day, detection_id, title, name, severity_rank, type, log_types, tags
       FROM alerts WHERE terms IS NULL ORDER BY received_at DESC LIMIT $1`,
      [CHUNK],
    );
    const terms = rows.map((row) =>
      searchTerms({
        detectionId: row.detection_id,
        title: row.title,
        name: row.name,
        severityRank: row.severity_rank,
        type: row.type,
        logTypes: row.log_types,
        tags: row.tags,
      }),
    );
    await pool.query(
      `UPDATE alerts a SET terms = array_to_tsvector(ARRAY(SELECT json_array_elements_text(k.terms)))
       FROM unnest($1::date[], $2::text[], $3::json[]) AS k(day, alert_id, terms)
       WHERE a.received_day = k.day AND a.alert_id = k.alert_id AND a.received_day = ANY($1::date[])`,
      [
        rows.map((row) => row.received_day),
        rows.map((row) => row.alert_id),
        terms.map((one) => JSON.stringify(one)),
      ],
    );
    filled += rows.length;
    if (rows.length < CHUNK || closing?.aborted === true) return filled;
  }
}
