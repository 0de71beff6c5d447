import { effectiveLimit } from '@tocsin/contract';
import type { Database } from '@tocsin/store';

/** How a destination is now. */
export interface DestinationNow {
  id: string;
  name: string;
  /** Unfinished deliveries. */
  open: number;
  /** How many it may have queued or under way. */
  limit: number;
  circuitOpen: boolean;
  /** The share of its latest attempts that succeeded; null where there were none. */
  successRatio: number | null;
}

export interface DestinationsNow {
  /** Those that fail, then those with the most open deliveries, then those that were attempted last. */
  destinations: DestinationNow[];
  /** Unfinished deliveries of all others. */
  otherOpen: number;
  /** Open circuits of all destinations. */
  circuitsOpen: number;
}

const SELECT = `
SELECT d.id, d.display_name AS name, (h.waiting + h.queued + h.delayed)::float8 AS open, h.flow_limit AS "limit",
  d.max_in_flight AS "maxInFlight", d.rate_limit_per_second AS "rateLimitPerSecond", d.timeout_ms AS "timeoutMs",
  h.circuit_opened_at IS NOT NULL AS "circuitOpen", s.success_rate AS "successRatio",
  sum(h.waiting + h.queued + h.delayed) OVER ()::float8 AS "allOpen",
  count(h.circuit_opened_at) OVER ()::float8 AS "circuitsOpen"
FROM destination_health h JOIN destinations d ON d.id = h.destination_id AND d.deleted_at IS NULL
LEFT JOIN health_states s ON s.destination_id = h.destination_id
ORDER BY h.circuit_opened_at IS NULL, s.state IS DISTINCT FROM 'failing', open DESC,
  greatest(h.last_success_at, h.last_failure_at) DESC NULLS LAST, d.id
LIMIT $1`;

interface Row extends DestinationNow {
  maxInFlight: number;
  rateLimitPerSecond: number | null;
  timeoutMs: number;
  allOpen: number;
  circuitsOpen: number;
}

/** @param max so many have numbers of their own */
export async function readDestinations(
  { pool }: Pick<Database, 'pool'>,
  max: number,
): Promise<DestinationsNow> {
  const { rows } = await pool.query<Row>(SELECT, [max]);
  const open = rows.reduce((sum, row) => sum + row.open, 0);
  return {
    destinations: rows.map(({ maxInFlight, rateLimitPerSecond, timeoutMs, ...row }) => ({
      ...row,
      limit: effectiveLimit({ limit: row.limit, maxInFlight, rateLimitPerSecond, timeoutMs }),
    })),
    otherOpen: (rows[0]?.allOpen ?? 0) - open,
    circuitsOpen: rows[0]?.circuitsOpen ?? 0,
  };
}
