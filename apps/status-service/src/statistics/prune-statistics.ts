import type { Database } from '@tocsin/store';
import { HOUR, MINUTES_KEPT_SECONDS } from './granularities.ts';

const ROWS_PER_STEP = 5_000;
const STEPS_MAX = 50;

/** An hour longer than they are read, so that no answer is made of minutes that are being deleted. */
const MINUTES_END = `now() - interval '${MINUTES_KEPT_SECONDS + HOUR} seconds'`;

/** The start of the oldest day that stays, today being the last of `$2` days. */
const RETENTION_END = `((now() AT TIME ZONE 'UTC')::date - $2::integer + 1)::timestamp AT TIME ZONE 'UTC'`;

/** Rows that somebody else is about to delete, or still counts in, are left for the next time. */
const deleteOf = (table: string, time: string, end: string) =>
  `DELETE FROM ${table} WHERE ctid = ANY (ARRAY(
     SELECT ctid FROM ${table} WHERE ${time} < ${end} ORDER BY ${time} LIMIT $1 FOR UPDATE SKIP LOCKED))`;

const DELETES = [
  { statement: deleteOf('stats_minutes', 'bucket', MINUTES_END), byRetention: false },
  { statement: deleteOf('stats_hours', 'bucket', RETENTION_END), byRetention: true },
  { statement: deleteOf('stats_days', 'bucket', RETENTION_END), byRetention: true },
  { statement: deleteOf('stats_samples', 'minute', RETENTION_END), byRetention: true },
];

/**
 * Deletes statistics that are past their time, in small steps and a bounded number of them: what is left goes the next
 * time. Log types that no alert had within the retention are pruned too.
 *
 * @param retentionDays as for `dropExpiredPartitions`
 */
export async function pruneStatistics({ pool }: Database, retentionDays: number): Promise<void> {
  for (const { statement, byRetention } of DELETES) {
    for (let step = 0; step < STEPS_MAX; step += 1) {
      const parameters = byRetention ? [ROWS_PER_STEP, retentionDays] : [ROWS_PER_STEP];
      const { rowCount } = await pool.query(statement, parameters);
      if ((rowCount ?? 0) < ROWS_PER_STEP) break;
    }
  }
  await pool.query(
    `DELETE FROM log_types WHERE last_seen_day <= (now() AT TIME ZONE 'UTC')::date - $1::integer`,
    [retentionDays],
  );
}
