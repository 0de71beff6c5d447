import type { AlertType, HeaderField, RetryPolicy, Severity } from '@tocsin/contract';
import type { Sealer } from '@tocsin/secrets';
import type { Selectable } from 'kysely';
import type { Database } from './database.ts';
import type { DestinationsTable } from './tables.ts';

/** A destination with its secrets opened; for services that deliver or decide, never for an answer. */
export interface StoredDestination {
  id: string;
  displayName: string;
  /** Whole; where it cannot be opened, its origin. */
  url: string;
  severities: Severity[];
  alertTypes: AlertType[];
  logTypes: string[];
  requireLogType: boolean;
  headers: HeaderField[];
  signingSecret: string | null;
  /** Those that rotations replaced, the latest first; one whose time is over no longer signs. */
  previousSigningSecrets: { secret: string; signsUntil: Date }[];
  includeContext: boolean;
  enabled: boolean;
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

export interface DestinationSnapshot {
  /** Moves with every change; equal versions mean equal lists. */
  readonly version: string;
  readonly list: readonly StoredDestination[];
  readonly byId: ReadonlyMap<string, StoredDestination>;
}

export interface DestinationDirectory {
  /** Today's destinations, at most `maxAgeMs` old. */
  current(): Promise<DestinationSnapshot>;
  /** As `current`, but checked against the database now. */
  reload(): Promise<DestinationSnapshot>;
}

export interface DestinationDirectoryOptions {
  database: Database;
  sealer: Sealer;
  maxAgeMs?: number;
  /** A clock that never goes back, in milliseconds. */
  now?: () => number;
}

/** The context that a destination's secret is sealed with, so that it opens nowhere else. */
export const sealContext = {
  url: (destinationId: string) => `${destinationId}/url`,
  header: (destinationId: string, name: string) => `${destinationId}/header/${name.toLowerCase()}`,
  signingSecret: (destinationId: string) => `${destinationId}/signing-secret`,
};

/** @throws SecretsError where it cannot be opened, or was dropped as the destination was deleted */
export function openUrl(
  { id, sealed_url }: Pick<Selectable<DestinationsTable>, 'id' | 'sealed_url'>,
  sealer: Sealer,
): string {
  return sealer.open(sealed_url ?? '', sealContext.url(id));
}

/** Opens a row's secrets. One that cannot be opened, for want of its key, is that destination's fault alone. */
export function toStoredDestination(row: Selectable<DestinationsTable>, sealer: Sealer): StoredDestination {
  return {
    id: row.id,
    displayName: row.display_name,
    severities: row.severities,
    alertTypes: row.alert_types,
    logTypes: row.log_types,
    requireLogType: row.require_log_type,
    ...openSecrets(row, sealer),
    includeContext: row.include_context,
    enabled: row.enabled,
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

/**
 * A read-only copy of the destinations that are not deleted, shared by whoever routes or delivers. Only a version
 * number is read while nothing changes; concurrent callers share one read.
 */
export function createDestinationDirectory(options: DestinationDirectoryOptions): DestinationDirectory {
  const { database, sealer, maxAgeMs = 2_000, now = () => performance.now() } = options;
  let snapshot: DestinationSnapshot | undefined;
  let checkedAt = Number.NEGATIVE_INFINITY;
  let checking: Promise<DestinationSnapshot> | undefined;

  async function check(): Promise<DestinationSnapshot> {
    const startedAt = now();
    const { version } = await database.db
      .selectFrom('destinations_version')
      .select('version')
      .executeTakeFirstOrThrow();
    if (snapshot?.version !== String(version)) {
      // The version is read first: a change between the two reads is seen again at the next check, never missed.
      const rows = await database.db
        .selectFrom('destinations')
        .selectAll()
        .where('deleted_at', 'is', null)
        .orderBy('id')
        .execute();
      const list = rows.map((row) => toStoredDestination(row, sealer));
      snapshot = { version: String(version), list, byId: new Map(list.map((entry) => [entry.id, entry])) };
    }
    checkedAt = startedAt;
    return snapshot;
  }

  async function reload(): Promise<DestinationSnapshot> {
    // A check that already runs may have read before the caller's reason to ask: wait for it, then look again.
    await checking?.catch(() => undefined);
    checking ??= check().finally(() => {
      checking = undefined;
    });
    return checking;
  }

  return {
    reload,
    current: async () => {
      if (snapshot !== undefined && now() - checkedAt < maxAgeMs) return snapshot;
      return checking ?? reload();
    },
  };
}

/**
 * Moves the version on; to be called in the transaction of every change to `destinations`.
 *
 * @returns the new version: the `revision` of what the change is about
 */
export async function bumpDestinationsVersion(db: Pick<Database['db'], 'updateTable'>): Promise<number> {
  const { version } = await db
    .updateTable('destinations_version')
    .set((eb) => ({ version: eb('version', '+', 1) }))
    .returning('version')
    .executeTakeFirstOrThrow();
  return version;
}
