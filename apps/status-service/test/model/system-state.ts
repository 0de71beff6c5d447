import type { Database } from '@tocsin/store';
import { sinceBegin } from './held-clock.ts';
import type { BulkResend, Counted, Delivery } from './model.ts';

/** Everything that the system keeps of a sequence, in the model's words. */
export interface SystemState {
  deliveries: Delivery[];
  /** By delivery, round and number. */
  history: Record<string, string | null>;
  destinations: Record<string, DestinationCounts>;
  /** Of alerts with a plan, by id. */
  alerts: Record<string, AlertCounts>;
  resends: (Omit<BulkResend, 'destinationId' | 'statuses' | 'requestedAt' | 'began'> & ResendOutcome)[];
  /** Alerts that wait for their plan. */
  outbox: string[];
}

export interface DestinationCounts {
  waiting: number;
  queued: number;
  delayed: number;
  succeeded: number;
  failed: number;
  failuresInRow: number;
  /** Milliseconds since the sequence began; nothing that waits may be due before. Null: not known. */
  nextDueAt: number | null;
}

export interface AlertCounts {
  open: number;
  succeeded: number;
  failed: number;
  cancelled: number;
}

/** How many of the rounds that a bulk resend began ended, and how. */
export interface ResendOutcome {
  succeeded: number;
  failed: number;
}

export const RESET = [
  'resend_outcomes',
  'resend_rounds',
  'resends',
  'attempts',
  'deliveries',
  'routings',
  'alert_outbox',
  'alerts',
  'destination_health',
  'failure_notices',
  'stats_buckets',
  'audit_log',
  'destinations',
  'destination_pauses',
]
  .map((table) => `DELETE FROM ${table};`)
  .concat('UPDATE failure_notice SET taken_at = NULL, sending = NULL;')
  .join('\n');

const NIL = '00000000-0000-0000-0000-000000000000';

const STATE = `SELECT
  (SELECT coalesce(json_agg(json_build_object(
    'id', id, 'alertId', alert_id, 'destinationId', destination_id, 'severityRank', severity_rank,
    'isSystemError', is_system_error, 'status', status, 'failureCode', failure_code, 'round', round,
    'attempts', attempts, 'trigger', trigger, 'queueState', queue_state, 'dispatchNumber', dispatch_number,
    'dueAt', ${sinceBegin('next_attempt_at')}, 'leaseUntil', ${sinceBegin('lease_until')},
    'roundStartedAt', ${sinceBegin('round_started_at')}, 'updatedAt', ${sinceBegin('updated_at')}
  ) ORDER BY id), '[]') FROM deliveries) AS deliveries,
  (SELECT coalesce(json_object_agg(delivery_id || ' ' || round || '.' || number, error_code), '{}') FROM attempts)
    AS history,
  (SELECT coalesce(json_object_agg(destination_id, json_build_object(
    'waiting', waiting, 'queued', queued, 'delayed', delayed, 'succeeded', succeeded, 'failed', failed,
    'failuresInRow', consecutive_failures, 'nextDueAt', ${sinceBegin('next_due_at')}
  )), '{}') FROM destination_health) AS destinations,
  (SELECT coalesce(json_object_agg(alert_id, json_build_object(
    'open', open_count, 'succeeded', succeeded_count, 'failed', failed_count, 'cancelled', cancelled_count
  )), '{}') FROM routings) AS alerts,
  (SELECT coalesce(json_agg(json_build_object(
    'id', id, 'updatedAt', ${sinceBegin('updated_at')}, 'state', state, 'cursor', cursor_id, 'matched', matched,
    'resent', resent, 'skipped', skipped,
    'succeeded', (SELECT coalesce(sum(o.succeeded), 0) FROM resend_outcomes o WHERE o.resend_id = resends.id),
    'failed', (SELECT coalesce(sum(o.failed), 0) FROM resend_outcomes o WHERE o.resend_id = resends.id)
  ) ORDER BY id), '[]') FROM resends) AS resends,
  (SELECT coalesce(json_agg(alert_id ORDER BY alert_id), '[]') FROM alert_outbox) AS outbox`;

const STATISTICS = `
SELECT (CASE destination_id WHEN '${NIL}' THEN 'all' ELSE destination_id::text END) || ' ' || granularity AS key,
  sum(accepted)::integer AS accepted, sum(succeeded)::integer AS succeeded, sum(failed)::integer AS failed,
  sum(failed_attempts)::integer AS "failedAttempts",
  coalesce(sum((SELECT sum(n) FROM unnest(delays) AS n)), 0)::integer AS measured
FROM stats_buckets WHERE granularity > 60 GROUP BY 1`;

export async function readState(pool: Database['pool']): Promise<SystemState> {
  const { rows } = await pool.query<SystemState>(STATE);
  return rows[0] as SystemState;
}

/** How many each destination may have queued now, and whether its circuit is open. */
export async function readLimits(
  pool: Database['pool'],
): Promise<Map<string, { limit: number; isCircuitOpen: boolean }>> {
  const { rows } = await pool.query<{ id: string; limit: number; isCircuitOpen: boolean }>(
    `SELECT destination_id AS id, circuit_opened_at IS NOT NULL AS "isCircuitOpen",
       (CASE WHEN held_until > now() THEN 0 ELSE greatest(1, floor(flow_limit)) END)::integer AS "limit"
     FROM destination_health`,
  );
  return new Map(rows.map(({ id, ...limits }) => [id, limits]));
}

/** By destination (`all` together) and the buckets' seconds. Minutes are left out: of alerts that were planned days after their receipt they are not kept. */
export async function readStatistics(pool: Database['pool']): Promise<Record<string, Counted>> {
  const { rows } = await pool.query<{ key: string } & Counted>(STATISTICS);
  return Object.fromEntries(rows.map(({ key, ...counted }) => [key, counted]));
}
