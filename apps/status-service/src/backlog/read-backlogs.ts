import { SEVERITIES } from '@tocsin/contract';
import type { Database } from '@tocsin/store';
import type { BacklogReason } from '../delivery/backlog-reason.ts';
import { firstWaiting } from '../delivery/first-waiting.ts';

/** At how many destinations due deliveries wait in Postgres, by reason. */
export async function countBacklogs({ pool }: Pick<Database, 'pool'>): Promise<Map<BacklogReason, number>> {
  const { rows } = await pool.query<{ reason: BacklogReason; count: number }>(
    'SELECT reason, count(*)::integer AS count FROM backlogs GROUP BY reason ORDER BY count DESC, reason',
  );
  return new Map(rows.map(({ reason, count }) => [reason, count]));
}

/** As many destinations as are quickly looked at: those whose backlog is the oldest, unless people wanted it. */
const OLDEST = `
SELECT destination_id AS id FROM backlogs WHERE reason NOT IN ('disabled', 'paused') ORDER BY since LIMIT 100`;

/** @returns by severity's rank, for how many seconds the oldest due delivery has been waiting in Postgres; 0 for none */
export async function oldestDue({ pool }: Pick<Database, 'pool'>): Promise<number[]> {
  const { rows } = await pool.query<{ id: string }>(OLDEST);
  const firsts = await firstWaiting(
    pool,
    rows.map(({ id }) => id),
  );
  return SEVERITIES.map((_, rank) =>
    Math.max(0, ...firsts.filter((first) => first.rank === rank).map(({ dueInMs }) => -dueInMs / 1_000)),
  );
}
