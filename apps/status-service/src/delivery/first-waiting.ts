import { SEVERITIES } from '@tocsin/contract';
import { anyLength, type Database } from '@tocsin/store';

/**
 * What waits in Postgres lies in one range of an index for each destination, severity and kind, in the order of due times:
 * for SQL, every severity as `severity(rank)`, and both kinds as `kind(retried)`.
 */
export const WAITING_RANGES = `generate_series(0, ${SEVERITIES.length - 1}) AS severity(rank)
  CROSS JOIN (VALUES (false), (true)) AS kind(retried)`;

/** Deliveries `w` of such a range. */
export const inRangeOf = (destinationId: string): string =>
  `w.queue_state = 'waiting' AND w.destination_id = ${destinationId} AND w.severity_rank = severity.rank
     AND (w.attempts > 0) = kind.retried`;

const FIRST = `
SELECT want.id, severity.rank, (extract(epoch FROM min(first.next_attempt_at) - now()) * 1000)::float8 AS "dueInMs"
FROM unnest(${anyLength('$1', 'uuid')}) AS want(id)
CROSS JOIN ${WAITING_RANGES}
CROSS JOIN LATERAL (
  SELECT w.next_attempt_at FROM deliveries w WHERE ${inRangeOf('want.id')} ORDER BY w.next_attempt_at LIMIT 1
) AS first
GROUP BY want.id, severity.rank`;

/** When the first of what waits for a destination with one severity is due. */
export interface FirstWaiting {
  id: string;
  rank: number;
  /** Milliseconds from now; none or fewer where it is due. */
  dueInMs: number;
}

/** Looks at the first of what waits for destinations, of each severity that there is. */
export async function firstWaiting(
  client: Pick<Database['pool'], 'query'>,
  destinationIds: string[],
): Promise<FirstWaiting[]> {
  const { rows } = await client.query<FirstWaiting>({
    name: 'first waiting',
    text: FIRST,
    values: [destinationIds],
  });
  return rows;
}
