import type { Sealer } from '@tocsin/secrets';
import type { ExpressionBuilder } from 'kysely';
import type { Database } from './database.ts';
import {
  ROUTED_COLUMNS,
  type RoutedDestination,
  type RoutedRow,
  type StoredDestination,
  toRoutedDestination,
  toStoredDestination,
} from './stored-destination.ts';
import type { Tables } from './tables.ts';

export interface Snapshot<T> {
  /** Rises with every change; equal versions mean equal lists. A destination is the same object while it has not changed. */
  readonly version: number;
  readonly list: readonly T[];
  readonly byId: ReadonlyMap<string, T>;
}

export interface Directory<T> {
  /** The destinations with every change that was committed before this call. */
  current(): Promise<Snapshot<T>>;
  /**
   * As `current`, but does not ask the database if this version or a later one is known; for callers that have just
   * read `destinations_version` themselves.
   */
  atLeast(version: number): Promise<Snapshot<T>>;
}

export type DestinationDirectory = Directory<StoredDestination>;
export type RoutingDirectory = Directory<RoutedDestination>;

/** @param after chooses those changed since this version, also deleted ones; undefined: all that are not deleted */
const changedSince = (after: number | undefined) => (eb: ExpressionBuilder<Tables, 'destinations'>) =>
  after === undefined ? eb('deleted_at', 'is', null) : eb('revision', '>', after);

/**
 * A read-only copy of the destinations that are not deleted, for delivery: with all their columns.
 * See docs/adr/0025-fresh-by-version.md.
 */
export function createDestinationDirectory({
  database,
  sealer,
}: {
  database: Pick<Database, 'db'>;
  sealer: Sealer;
}): DestinationDirectory {
  const destinations = database.db.selectFrom('destinations').selectAll();
  return createDirectory(
    database,
    (after) => destinations.where(changedSince(after)).execute(),
    (row) => toStoredDestination(row, sealer),
  );
}

/** As `createDestinationDirectory`, for routing: it does not read headers and secrets, which may be large. */
export function createRoutingDirectory(database: Pick<Database, 'db'>): RoutingDirectory {
  const destinations = database.db.selectFrom('destinations').select(ROUTED_COLUMNS);
  return createDirectory(
    database,
    (after) => destinations.where(changedSince(after)).execute(),
    toRoutedDestination,
  );
}

/**
 * A copy last checked longer ago is read as a whole: rows of deleted destinations may be pruned by then (see
 * `pruneDeletedDestinations`).
 */
const LOOKED_AT_MS_MAX = 60 * 60 * 1000;

/**
 * While nothing changes, only a version number is read; after a change, only the changed destinations: each has the
 * version of its last change. Concurrent callers share one read.
 */
function createDirectory<R extends Pick<RoutedRow, 'id' | 'deleted_at'>, T extends { id: string }>(
  database: Pick<Database, 'db'>,
  readRows: (after: number | undefined) => Promise<R[]>,
  read: (row: R) => T,
): Directory<T> {
  let snapshot: Snapshot<T> | undefined;
  let lookedAt = 0;
  let checking: Promise<Snapshot<T>> | undefined;

  async function check(): Promise<Snapshot<T>> {
    const isOld = Date.now() - lookedAt > LOOKED_AT_MS_MAX;
    const startedAt = Date.now();
    const { version } = await database.db
      .selectFrom('destinations_version')
      .select('version')
      .executeTakeFirstOrThrow();
    if (snapshot?.version === version) {
      lookedAt = startedAt;
      return snapshot;
    }
    // A lower version means another database, or a restored one.
    const known = snapshot !== undefined && snapshot.version < version && !isOld ? snapshot : undefined;
    const byId = new Map(known?.byId);
    // The version is read first: a change between the two reads is seen again at the next check, never missed.
    for (const row of await readRows(known?.version)) {
      if (row.deleted_at === null) byId.set(row.id, read(row));
      else byId.delete(row.id);
    }
    snapshot = { version, list: [...byId.values()], byId };
    lookedAt = startedAt;
    return snapshot;
  }

  async function current(): Promise<Snapshot<T>> {
    // A check in progress may have read before the change that the caller needs: wait for it, then read again, once for
    // all waiting callers.
    await checking?.catch(() => undefined);
    checking ??= check().finally(() => {
      checking = undefined;
    });
    return checking;
  }

  return {
    current,
    async atLeast(version) {
      if (snapshot === undefined || snapshot.version < version) return current();
      lookedAt = Date.now();
      return snapshot;
    },
  };
}

/**
 * Raises the version; call it in the transaction of every change to `destinations`, before the change.
 *
 * @returns the new version, to be stored as `revision` of the changed destination: by it, copies find the changes
 */
export async function bumpDestinationsVersion(db: Pick<Database['db'], 'updateTable'>): Promise<number> {
  const { version } = await db
    .updateTable('destinations_version')
    .set((eb) => ({ version: eb('version', '+', 1) }))
    .returning('version')
    .executeTakeFirstOrThrow();
  return version;
}
