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
  /** Rises with every change; equal versions mean equal lists. */
  readonly version: number;
  readonly list: readonly StoredDestination[];
  readonly byId: ReadonlyMap<string, StoredDestination>;
}

export interface DestinationDirectory {
  /** The destinations with every change that was committed before this call. */
  current(): Promise<DestinationSnapshot>;
  /**
   * As `current`, but without asking the database where this version or a later one is known already; for whoever has
   * just read `destinations_version` in a statement of his own.
   */
  atLeast(version: number): Promise<DestinationSnapshot>;
}

export interface DestinationDirectoryOptions {
  database: Pick<Database, 'db'>;
  sealer: Sealer;
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

/**
 * Reads a row. Its secrets are opened when they are first asked for, since routing needs none of 10,000. One that cannot
 * be opened, for want of its key, is that destination's fault alone.
 */
export function toStoredDestination(row: Selectable<DestinationsTable>, sealer: Sealer): StoredDestination {
  let opened: Secrets | undefined;
  const secrets = () => (opened ??= openSecrets(row, sealer));
  return {
    id: row.id,
    displayName: row.display_name,
    severities: row.severities,
    alertTypes: row.alert_types,
    logTypes: row.log_types,
    requireLogType: row.require_log_type,
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

/** @param after reads those, deleted ones too, that have changed since this version; without it, all that there are */
function readRows(db: Database['db'], after: number | undefined): Promise<Selectable<DestinationsTable>[]> {
  const rows = db.selectFrom('destinations').selectAll();
  return (
    after === undefined ? rows.where('deleted_at', 'is', null) : rows.where('revision', '>', after)
  ).execute();
}

/**
 * A read-only copy of the destinations that are not deleted, shared by whoever routes or delivers. Only a version
 * number is read while nothing changes, and after a change only what has changed: each destination has the version of its
 * last change. Concurrent callers share one read. See docs/adr/0025-fresh-by-version.md.
 */
export function createDestinationDirectory(options: DestinationDirectoryOptions): DestinationDirectory {
  const { database, sealer } = options;
  let snapshot: DestinationSnapshot | undefined;
  let checking: Promise<DestinationSnapshot> | undefined;

  async function check(): Promise<DestinationSnapshot> {
    const { version } = await database.db
      .selectFrom('destinations_version')
      .select('version')
      .executeTakeFirstOrThrow();
    if (snapshot?.version === version) return snapshot;
    // One that is behind is another database, or was restored.
    const known = snapshot !== undefined && snapshot.version < version ? snapshot : undefined;
    const byId = new Map(known?.byId);
    // The version is read first: a change between the two reads is seen again at the next check, never missed.
    for (const row of await readRows(database.db, known?.version)) {
      if (row.deleted_at === null) byId.set(row.id, toStoredDestination(row, sealer));
      else byId.delete(row.id);
    }
    const list = [...byId.values()].sort((one, other) => (one.id < other.id ? -1 : 1));
    snapshot = { version, list, byId };
    return snapshot;
  }

  async function current(): Promise<DestinationSnapshot> {
    // A check under way may have read before the caller's reason to ask: wait for it, then look again, together.
    await checking?.catch(() => undefined);
    checking ??= check().finally(() => {
      checking = undefined;
    });
    return checking;
  }

  return {
    current,
    atLeast: async (version) =>
      snapshot !== undefined && snapshot.version >= version ? snapshot : current(),
  };
}

/**
 * Moves the version on; to be called in the transaction of every change to `destinations`, before it.
 *
 * @returns the new version, which has to be the `revision` of what the change is about: copies read by it what has changed
 */
export async function bumpDestinationsVersion(db: Pick<Database['db'], 'updateTable'>): Promise<number> {
  const { version } = await db
    .updateTable('destinations_version')
    .set((eb) => ({ version: eb('version', '+', 1) }))
    .returning('version')
    .executeTakeFirstOrThrow();
  return version;
}
