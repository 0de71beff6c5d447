import { LocalPostgresInUseError, lockLocalPostgres, startLocalPostgres } from '@tocsin/local-postgres';
import { connectionsNeeded, type QueueSettings } from '@tocsin/queues';
import type { Lifecycle, Logger } from '@tocsin/runtime';
import { connectDatabase, type Database, migrate } from '@tocsin/store';
import { UsageError } from '../usage-error.ts';
import type { UpConfig } from './config.ts';

/** Connections of the services' own pool. */
const POOL_MAX = 20;

/** Left for a person with psql, a backup, and the lock that marks the data as in use. */
const CONNECTIONS_SPARE = 5;

export interface Storage {
  database: Database;
  queueSettings: QueueSettings;
}

/** Postgres, given or embedded, with its schema, and where the queues live: Redis, or that same Postgres. */
export async function openStorage(config: UpConfig, lifecycle: Lifecycle, log: Logger): Promise<Storage> {
  const databaseUrl = config.DATABASE_URL ?? (await startEmbedded(config.TOCSIN_DATA_DIR, lifecycle, log));
  const database = lifecycle.own(
    'database',
    connectDatabase({
      databaseUrl,
      poolMax: POOL_MAX,
      applicationName: 'tocsin up',
      log,
      queryTimeoutMs: 15_000,
    }),
  );
  const queueSettings: QueueSettings =
    config.REDIS_URL === undefined
      ? { backend: { kind: 'postgres', databaseUrl }, shards: 1, log }
      : { backend: { kind: 'redis', url: config.REDIS_URL }, shards: config.TOCSIN_DELIVERY_SHARDS, log };
  await checkConnections(database, POOL_MAX + connectionsNeeded(queueSettings) + CONNECTIONS_SPARE);
  await migrate(database);
  return { database, queueSettings };
}

async function startEmbedded(dataDir: string, lifecycle: Lifecycle, log: Logger): Promise<string> {
  const postgres = await startLocalPostgres({ dataDir }).catch((error) => refuse(error, dataDir));
  // Claimed before it is owned: a second Tocsin on the same data must not stop the first one's server.
  const claim = await lockLocalPostgres(postgres.url).catch((error) => refuse(error, postgres.dataDir));
  lifecycle.own('embedded postgres', postgres);
  lifecycle.own('data folder lock', claim);
  log.info({ dataDir: postgres.dataDir, adopted: postgres.adopted }, 'embedded postgres is up');
  return postgres.url;
}

function refuse(error: Error, dataDir: string): never {
  if (!(error instanceof LocalPostgresInUseError)) throw error;
  throw new UsageError(`${error.message} (${dataDir}). Stop it, or choose another with --data-dir.`, {
    cause: error,
  });
}

async function checkConnections({ pool }: Database, needed: number): Promise<void> {
  const { rows } = await pool.query<{ max: number }>(
    `SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int AS max`,
  );
  const max = rows[0]?.max ?? 0;
  if (max >= needed) return;
  throw new UsageError(
    `Tocsin needs ${needed} connections to Postgres, which allows ${max}; raise its max_connections.`,
  );
}
