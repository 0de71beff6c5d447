import {
  type ChangedDestination,
  type DestinationHealth,
  type DestinationView,
  effectiveLimit,
  FIRST_LIMIT,
  type HealthState,
  MASK,
  type RetryPolicy,
} from '@tocsin/contract';
import { mayUse, type Principal } from '@tocsin/http';
import type { Sealer } from '@tocsin/secrets';
import { type DestinationHealthTable, type HealthStatesTable, openUrl } from '@tocsin/store';
import type { Selectable } from 'kysely';
import { type DestinationRow, plainSettingsOf } from './destination-row.ts';

/** A destination's record as the status service keeps it; all null where it has none yet. */
type RecordColumns = Pick<
  Selectable<DestinationHealthTable>,
  | 'waiting'
  | 'queued'
  | 'delayed'
  | 'succeeded'
  | 'failed'
  | 'consecutive_failures'
  | 'last_success_at'
  | 'last_failure_at'
  | 'last_error_code'
  | 'last_error_message'
  | 'flow_limit'
  | 'circuit_opened_at'
  | 'held_until'
> &
  Pick<Selectable<HealthStatesTable>, 'success_rate' | 'response_p50_ms' | 'response_p95_ms'>;
export type HealthColumns = { [K in keyof RecordColumns]: RecordColumns[K] | null } & {
  health_state: HealthState;
  health_since: Date;
};
type ShownRow = DestinationRow & HealthColumns;

function toHealth(row: ShownRow): DestinationHealth {
  const inQueue = (row.queued ?? 0) + (row.delayed ?? 0);
  const waiting = row.waiting ?? 0;
  return {
    state: row.health_state,
    since: row.health_since.toISOString(),
    successRate: row.success_rate,
    responseP50Ms: row.response_p50_ms,
    responseP95Ms: row.response_p95_ms,
    lastError: lastErrorOf(row),
    undelivered: waiting + inQueue,
    limit: effectiveLimit({
      limit: row.flow_limit ?? FIRST_LIMIT,
      maxInFlight: row.max_in_flight,
      rateLimitPerSecond: row.rate_limit_per_second,
      timeoutMs: row.timeout_ms,
    }),
    circuitOpenedAt: row.circuit_opened_at?.toISOString() ?? null,
    heldUntil: row.held_until?.toISOString() ?? null,
    succeeded: row.succeeded ?? 0,
    failed: row.failed ?? 0,
    waiting,
    queued: inQueue,
    consecutiveFailures: row.consecutive_failures ?? 0,
    lastSuccessAt: row.last_success_at?.toISOString() ?? null,
    lastFailureAt: row.last_failure_at?.toISOString() ?? null,
  };
}

function lastErrorOf({ last_error_code: code, last_error_message: message }: HealthColumns) {
  if (code === null) return null;
  // A version that kept no words recorded it.
  return { code, message: message ?? `The last attempt failed with ${code}.` };
}

/** The strong entity tag of a destination's settings. Its health is no part of it. */
export function etagOf({ revision }: Pick<DestinationRow, 'revision'>): string {
  return `"${revision}"`;
}

/** `headers.X-Api-Key` is one of `headers`: the name itself is for those who may read it. */
function kindOfSecret(name: string): string {
  return name.replace(/\..*/s, '');
}

/** What an answer says of destinations, to whom. */
export interface DestinationPresenter {
  /**
   * A destination as it is shown: header values and the signing secret masked, the URL whole for those who may change it
   * and its origin for others, the retry policy filled up from the installation's.
   */
  present(row: ShownRow, principal: Principal): DestinationView;
  /** The answer to a change, which shows no more than the caller might read. */
  presentChange(row: ShownRow, principal: Principal, dropped?: readonly string[]): ChangedDestination;
}

export function createDestinationPresenter({
  sealer,
  retryDefaults,
}: {
  sealer: Sealer;
  retryDefaults: RetryPolicy;
}): DestinationPresenter {
  /** A URL whose key is lost shows as its origin; it must be given again. */
  function wholeUrl(row: DestinationRow): string {
    try {
      return openUrl(row, sealer);
    } catch {
      return row.url_origin;
    }
  }

  function present(row: ShownRow, principal: Principal): DestinationView {
    const { displayName, ...settings } = plainSettingsOf(row);
    return {
      id: row.id,
      displayName,
      url: mayUse(principal, 'destinations:write') ? wholeUrl(row) : row.url_origin,
      ...settings,
      headers: row.headers.map(({ name }) => ({ name, value: MASK })),
      signingSecret: row.signing_secret === null ? null : MASK,
      retry: { ...retryDefaults, ...row.retry },
      health: toHealth(row),
      createdAt: row.created_at.toISOString(),
      updatedAt: row.updated_at.toISOString(),
    };
  }

  return {
    present,
    presentChange(row, principal, dropped = []) {
      const mayRead = mayUse(principal, 'destinations:read');
      const named = mayRead ? dropped : [...new Set(dropped.map(kindOfSecret))];
      return {
        ...(mayRead ? present(row, principal) : { id: row.id, updatedAt: row.updated_at.toISOString() }),
        ...(named.length === 0 ? {} : { droppedSecrets: [...named] }),
      };
    },
  };
}
