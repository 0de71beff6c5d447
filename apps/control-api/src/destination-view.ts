import { type DestinationHealth, type DestinationView, MASK, type RetryPolicy } from '@tocsin/contract';
import type { DestinationHealthTable } from '@tocsin/store';
import type { Selectable } from 'kysely';
import type { DestinationRow } from './destination-row.ts';

/** A destination's record as the status service keeps it; all null where it has none yet. */
export type HealthColumns = {
  [K in keyof Omit<Selectable<DestinationHealthTable>, 'destination_id' | 'next_due_at'>]:
    | Selectable<DestinationHealthTable>[K]
    | null;
};

function toHealth(row: HealthColumns): DestinationHealth {
  return {
    delivered: row.delivered ?? 0,
    failed: row.failed ?? 0,
    waiting: row.waiting ?? 0,
    queued: (row.queued ?? 0) + (row.delayed ?? 0),
    consecutiveFailures: row.consecutive_failures ?? 0,
    lastSuccessAt: row.last_success_at?.toISOString() ?? null,
    lastFailureAt: row.last_failure_at?.toISOString() ?? null,
    lastErrorCode: row.last_error_code ?? null,
  };
}

/**
 * A destination as it is shown: header values and the signing secret masked, its retry policy filled up from the
 * installation's.
 */
export function toDestinationView(
  row: DestinationRow & HealthColumns,
  retryDefaults: RetryPolicy,
): DestinationView {
  return {
    id: row.id,
    displayName: row.display_name,
    url: row.url,
    severities: row.severities,
    alertTypes: row.alert_types,
    logTypes: row.log_types,
    requireLogType: row.require_log_type,
    headers: row.headers.map(({ name }) => ({ name, value: MASK })),
    signingSecret: row.signing_secret === null ? null : MASK,
    includeContext: row.include_context,
    enabled: row.enabled,
    timeoutMs: row.timeout_ms,
    retry: { ...retryDefaults, ...row.retry },
    rateLimitPerSecond: row.rate_limit_per_second,
    maxInFlight: row.max_in_flight,
    health: toHealth(row),
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  };
}
