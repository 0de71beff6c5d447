import { fitPage } from '@tocsin/http';
import type { Database } from '@tocsin/store';

const LISTED_MAX = 1_000;

/** @returns log types that alerts had, by name; where there are too many, those that were seen last, as far as fits */
export async function readLogTypes({ pool }: Database): Promise<string[]> {
  const { rows } = await pool.query<{ name: string }>(
    `SELECT log_type AS name FROM (
       SELECT log_type FROM log_types ORDER BY last_seen_day DESC, log_type LIMIT $1
     ) AS listed
     ORDER BY lower(log_type), log_type`,
    [LISTED_MAX],
  );
  return fitPage(rows.map(({ name }) => name));
}
