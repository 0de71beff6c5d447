import type { AttemptedHealth } from '@tocsin/contract';
import type { Database, Transaction } from '@tocsin/store';
import { oneAtATime } from '../loop/one-at-a-time.ts';
import { percentileOf } from '../statistics/delay-histogram.ts';
import { MINUTE, MINUTES_KEPT_SECONDS } from '../statistics/granularities.ts';
import { RESPONSE_BINS } from '../statistics/response-histogram.ts';
import { judgeHealth } from './judge-health.ts';

/** Attempts of so many minutes are looked at, and no fewer than so many attempts. */
const WINDOW_MINUTES = 15;
const ATTEMPTS_MIN = 20;

/** Each minute that is older than the window has at least one of the attempts that are wanted. */
const ROWS_MAX = WINDOW_MINUTES + 1 + ATTEMPTS_MIN;

const SUMMED_RESPONSES = Array.from(
  { length: RESPONSE_BINS },
  (_, bin) => `sum(w.responses[${bin + 1}])`,
).join(', ');

/**
 * The latest attempts of destinations, from the counts of minutes: the most recent minutes first, until both are reached.
 * Nothing changes for a destination whose last attempt left the window.
 */
const LATEST = `
SELECT h.destination_id AS id, sum(w.succeeded)::float8 AS succeeded, sum(w.failed_attempts)::float8 AS failed,
  CASE WHEN count(w.responses) > 0 THEN array_to_string(ARRAY[${SUMMED_RESPONSES}], ',') END AS responses
FROM destination_health h
JOIN destinations d ON d.id = h.destination_id AND d.deleted_at IS NULL
CROSS JOIN LATERAL (
  SELECT m.*, coalesce(sum(m.succeeded + m.failed_attempts) OVER (
    ORDER BY m.bucket DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS later
  FROM (
    SELECT s.bucket, s.succeeded, s.failed_attempts, s.responses FROM stats_buckets s
    WHERE s.granularity = ${MINUTE} AND s.stripe = 0 AND s.destination_id = h.destination_id
      AND s.bucket > now() - interval '${MINUTES_KEPT_SECONDS} seconds'
      AND s.bucket > d.created_at - interval '1 minute' AND s.succeeded + s.failed_attempts > 0
    ORDER BY s.bucket DESC LIMIT ${ROWS_MAX}
  ) AS m
) AS w
WHERE greatest(h.last_success_at, h.last_failure_at) > now() - $1 * interval '1 minute'
  AND (w.bucket > now() - interval '${WINDOW_MINUTES} minutes' OR w.later < ${ATTEMPTS_MIN})
GROUP BY h.destination_id`;

/** A destination that never was anything else is healthy since it was created. */
const STORE = `
INSERT INTO health_states AS s (destination_id, state, since, success_rate, response_p50_ms, response_p95_ms)
SELECT n.id, n.state, CASE WHEN n.state = 'healthy' THEN d.created_at ELSE now() END, n."successRate", n."p50Ms", n."p95Ms"
FROM json_to_recordset($1::json) AS n(
  id uuid, state text, "successRate" double precision, "p50Ms" integer, "p95Ms" integer)
JOIN destinations d ON d.id = n.id
ON CONFLICT (destination_id) DO UPDATE SET
  state = excluded.state,
  since = CASE WHEN s.state = excluded.state THEN s.since ELSE now() END,
  success_rate = excluded.success_rate,
  response_p50_ms = excluded.response_p50_ms,
  response_p95_ms = excluded.response_p95_ms
WHERE (s.state, s.success_rate, s.response_p50_ms, s.response_p95_ms)
  IS DISTINCT FROM (excluded.state, excluded.success_rate, excluded.response_p50_ms, excluded.response_p95_ms)`;

/** One that comes back begins anew. */
const REMOVE_DELETED = `
DELETE FROM health_states s
WHERE NOT EXISTS (SELECT FROM destinations d WHERE d.id = s.destination_id AND d.deleted_at IS NULL)`;

/** Longer than the window, so that each destination is looked at once more when its last attempt has left it. */
const ACTIVE_MINUTES = WINDOW_MINUTES + 5;

export interface EvaluateHealthOptions {
  /** Also destinations whose last attempt is long ago: after a time without evaluations. */
  all?: boolean;
}

/**
 * Judges how well destinations work by their latest attempts, and notes since when. One process at a time; what it
 * reads are counts that the commits keep.
 */
export async function evaluateHealth(
  database: Database,
  { all = false }: EvaluateHealthOptions = {},
): Promise<void> {
  await oneAtATime(database, 'tocsin health', async (client) => {
    await client.query(REMOVE_DELETED);
    const latest = await readLatest(client, all ? MINUTES_KEPT_SECONDS / MINUTE : ACTIVE_MINUTES);
    if (latest.length > 0) await client.query(STORE, [JSON.stringify(latest.map(toState))]);
  });
}

interface LatestAttempts {
  id: string;
  succeeded: number;
  failed: number;
  /** A histogram as a list with commas; null where no attempt was timed. */
  responses: string | null;
}

async function readLatest(client: Transaction, minutes: number): Promise<LatestAttempts[]> {
  return (await client.query<LatestAttempts>(LATEST, [minutes])).rows;
}

interface StateToStore {
  id: string;
  state: AttemptedHealth;
  successRate: number;
  p50Ms: number | null;
  p95Ms: number | null;
}

function toState({ id, succeeded, failed, responses }: LatestAttempts): StateToStore {
  const successRate = succeeded / (succeeded + failed);
  const histogram = responses?.split(',').map(Number) ?? [];
  const at = (share: number) => {
    const durationMs = percentileOf(histogram, share);
    return durationMs === null ? null : Math.round(durationMs);
  };
  return { id, state: judgeHealth(successRate), successRate, p50Ms: at(0.5), p95Ms: at(0.95) };
}
