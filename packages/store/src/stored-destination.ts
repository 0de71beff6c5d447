import type { AlertType, HeaderField, RetryPolicy, Severity } from '@tocsin/contract';
import type { Sealer } from '@tocsin/secrets';
import type { Selectable } from 'kysely';
import type { DestinationsTable } from './tables.ts';

/** What routing needs of a destination; the rest may be a hundred times as large. */
export interface RoutedDestination {
  id: string;
  displayName: string;
  severities: Severity[];
  alertTypes: AlertType[];
  logTypes: string[];
  requireLogType: boolean;
  enabled: boolean;
}

/** A destination with its secrets opened; for services that deliver, never for an answer. */
export interface StoredDestination extends RoutedDestination {
  /** The whole URL; only its origin if it cannot be opened. */
  url: string;
  headers: HeaderField[];
  signingSecret: string | null;
  /** Secrets replaced by rotations, the latest first; an expired one no longer signs. */
  previousSigningSecrets: { secret: string; signsUntil: Date }[];
  includeContext: boolean;
  timeoutMs: number;
  retry: Partial<RetryPolicy>;
  rateLimitPerSecond: number | null;
  maxInFlight: number;
  createdAt: Date;
  updatedAt: Date;
  /**
   * Why its secrets could not be opened; null where they could. It can be routed to, but nothing may be sent: a POST
   * without its headers or signature is not what was configured.
   */
  secretsFault: string | null;
}

/** The context that a destination's secret is sealed with: it cannot be opened with another. */
export const sealContext = {
  url: (destinationId: string) => `${destinationId}/url`,
  header: (destinationId: string, name: string) => `${destinationId}/header/${name.toLowerCase()}`,
  signingSecret: (destinationId: string) => `${destinationId}/signing-secret`,
};

/** @throws SecretsError where it cannot be opened, or was removed when the destination was deleted */
export function openUrl(
  { id, sealed_url }: Pick<Selectable<DestinationsTable>, 'id' | 'sealed_url'>,
  sealer: Sealer,
): string {
  return sealer.open(sealed_url ?? '', sealContext.url(id));
}

/** The columns of what routing needs, and whether it is deleted. */
export const ROUTED_COLUMNS = [
  ...(['id', 'display_name', 'severities', 'alert_types'] as const),
  ...(['log_types', 'require_log_type', 'enabled', 'deleted_at'] as const),
] as const;

export type RoutedRow = Pick<Selectable<DestinationsTable>, (typeof ROUTED_COLUMNS)[number]>;

export function toRoutedDestination(row: RoutedRow): RoutedDestination {
  return {
    id: row.id,
    displayName: row.display_name,
    severities: row.severities,
    alertTypes: row.alert_types,
    logTypes: row.log_types,
    requireLogType: row.require_log_type,
    enabled: row.enabled,
  };
}

/**
 * Reads a row. Its secrets are opened when they are first asked for, since routing needs none of 10,000. If its key is
 * missing, only that destination has a fault.
 */
export function toStoredDestination(row: Selectable<DestinationsTable>, sealer: Sealer): StoredDestination {
  let opened: Secrets | undefined;
  const secrets = () => (opened ??= openSecrets(row, sealer));
  return {
    ...toRoutedDestination(row),
    get url() {
      return secrets().url;
    },
    get headers() {
      return secrets().headers;
    },
    get signingSecret() {
      return secrets().signingSecret;
    },
    get previousSigningSecrets() {
      return secrets().previousSigningSecrets;
    },
    get secretsFault() {
      return secrets().secretsFault;
    },
    includeContext: row.include_context,
    timeoutMs: row.timeout_ms,
    retry: row.retry,
    rateLimitPerSecond: row.rate_limit_per_second,
    maxInFlight: row.max_in_flight,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

type Secrets = Pick<
  StoredDestination,
  'url' | 'headers' | 'signingSecret' | 'previousSigningSecrets' | 'secretsFault'
>;

function openSecrets(row: Selectable<DestinationsTable>, sealer: Sealer): Secrets {
  const openSecret = (sealed: string) => sealer.open(sealed, sealContext.signingSecret(row.id));
  try {
    return {
      url: openUrl(row, sealer),
      headers: row.headers.map(({ name, sealed }) => ({
        name,
        value: sealer.open(sealed, sealContext.header(row.id, name)),
      })),
      signingSecret: row.signing_secret === null ? null : openSecret(row.signing_secret),
      previousSigningSecrets: row.previous_signing_secrets.map(({ sealed, until }) => ({
        secret: openSecret(sealed),
        signsUntil: new Date(until),
      })),
      secretsFault: null,
    };
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'unknown';
    return {
      url: row.url_origin,
      headers: [],
      signingSecret: null,
      previousSigningSecrets: [],
      secretsFault: `the destination’s secrets could not be opened: ${reason}`,
    };
  }
}
