import { SEVERITIES } from '@tocsin/contract';
import type { Database } from '@tocsin/store';
import type { BacklogReason } from '../delivery/backlog-reason.ts';

/** At how many destinations due deliveries wait in Postgres, by reason. */
export async function countBacklogs({ pool }: Pick<Database, 'pool'>): Promise<Map<BacklogReason, number>> {
  const { rows } = await pool.query<{ reason: BacklogReason; count: number }>(
    'SELECT reason, count(*)::integer AS count FROM backlogs GROUP BY reason ORDER BY count DESC, reason',
  );
  return new Map(rows.map(({ reason, count }) => [reason, count]));
}

/** The oldest backlogs of destinations that nobody has paused or disabled, as many as are quickly looked at. */
const OLDEST_DUE = `
SELECT severity.rank, extract(epoch FROM now() - min(first.next_attempt_at))::float8 AS seconds
FROM (
  SELECT destination_id FROM backlogs WHERE reason NOT IN ('disabled', 'paused') ORDER BY since LIMIT 100
) AS backlog
CROSS JOIN generate_series(0, ${SEVERITIES.length - 1}) AS severity(rank)
CROSS JOIN (VALUES (false), (true)) AS kind(retried)
CROSS JOIN LATERAL (
  SELECT w.next_attempt_at FROM deliveries w
  WHERE w.queue_state = 'waiting' AND w.destination_id = backlog.destination_id AND w.severity_rank = severity.rank
    AND (w.attempts > 0) = kind.retried AND w.next_attempt_at <= now()
  ORDER BY w.next_attempt_at LIMIT 1
) AS first
GROUP BY severity.rank`;

/** @returns by severity's rank, for how many seconds the oldest due delivery has been waiting in Postgres; 0 for none */
export async function oldestDue({ pool }: Pick<Database, 'pool'>): Promise<number[]> {
  const { rows } = await pool.query<{ rank: number; seconds: number }>(OLDEST_DUE);
  const seconds = new Map(rows.map((row) => [row.rank, row.seconds]));
  return SEVERITIES.map((_, rank) => seconds.get(rank) ?? 0);
}
