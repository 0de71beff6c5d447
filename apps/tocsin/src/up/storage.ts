import { openQueues, openReads, type ServiceContext } from '@tocsin/bootstrap';
import { LocalPostgresInUseError, startLocalPostgres } from '@tocsin/local-postgres';
import { restWhileUnavailable } from '@tocsin/outage';
import { connectionsNeeded, type QueueSettings } from '@tocsin/queues';
import type { Sealer } from '@tocsin/secrets';
import type { Closable, Logger } from '@tocsin/service';
import {
  assertFitDatabase,
  connectDatabase,
  type Database,
  isDatabaseUnavailable,
  migrate,
  READS_POOL_MAX,
  UnfitDatabaseError,
} from '@tocsin/store';
import { errorText } from '../output/error-text.ts';
import { UsageError } from '../usage-error.ts';
import type { UpConfig } from './config.ts';
import { lockDatabase } from './database-lock.ts';

/** Connections of the services' own pool. */
const POOL_MAX = 20;

/** Connections left for psql, a backup, and the lock that marks the data as in use. */
const CONNECTIONS_SPARE = 5;

export interface Storage {
  database: Database;
  /** For reads by the API only. */
  reads: Database;
  /** Also set for the embedded Postgres. */
  databaseUrl: string;
  queueSettings: QueueSettings;
}

/**
 * Postgres, given or embedded, with its schema, and where the queues live: Redis, or that same Postgres. A given one that
 * is unavailable is waited for.
 */
export async function openStorage(context: ServiceContext<UpConfig>, sealer: Sealer): Promise<Storage> {
  const { settings: config, log, own } = context;
  const databaseUrl = config.DATABASE_URL ?? (await startEmbedded(context));
  const database = own(
    'database',
    connectDatabase({
      databaseUrl,
      poolMax: POOL_MAX,
      applicationName: 'tocsin up',
      log,
      queryTimeoutMs: 10_000,
    }),
  );
  const reads = openReads({ ...context, settings: { DATABASE_URL: databaseUrl } }, database.outage);
  const queueSettings: QueueSettings =
    config.REDIS_URL === undefined
      ? { backend: { kind: 'postgres', databaseUrl }, shards: 1, log, outage: database.outage }
      : openQueues({ ...context, settings: { ...config, REDIS_URL: config.REDIS_URL } });
  const needed = POOL_MAX + READS_POOL_MAX + connectionsNeeded(queueSettings) + CONNECTIONS_SPARE;
  const check = async () => {
    await assertFitDatabase(database);
    await checkConnections(database, needed);
  };
  await restWhileUnavailable([database.outage], check, { signal: context.closing }).catch(refuseDatabase);
  if (config.DATABASE_URL !== undefined && config.REDIS_URL === undefined) {
    own('database lock', await claimQueues(databaseUrl, log));
  }
  await migrate(database, { sealer, log });
  return { database, databaseUrl, reads, queueSettings };
}

/** Queues on Postgres are for one process: their locks, delays and stall checks follow its clock. */
async function claimQueues(databaseUrl: string, log: Logger): Promise<Closable> {
  const lock = await lockDatabase(databaseUrl, log);
  if (lock !== null) return lock;
  throw new UsageError(
    'Another `tocsin up` is running on this database (DATABASE_URL). Queues on Postgres are for one process: stop the other one, or give both a REDIS_URL.',
  );
}

async function startEmbedded({ settings, log, own }: ServiceContext<UpConfig>): Promise<string> {
  const dataDir = settings.TOCSIN_DATA_DIR;
  const postgres = await startLocalPostgres({
    dataDir,
    keepRunning: {
      onEnded: () =>
        log.error({ event: 'embedded_postgres.ended' }, 'embedded Postgres has ended; it is started again'),
      onRestarted: () => log.info({ event: 'embedded_postgres.restarted' }, 'embedded Postgres runs again'),
      onRestartFailed: (err) =>
        log.error({ event: 'embedded_postgres.restart_failed', err }, 'embedded Postgres does not start'),
    },
  }).catch((error) => refuse(error, dataDir));
  // Locked before it is owned: a second Tocsin on the same data must not stop the first one's server.
  const lock = await lockDatabase(postgres.url, log);
  if (lock === null) {
    throw new UsageError(
      `Another Tocsin is running on this data folder (${postgres.dataDir}). Stop it, or choose another with --data-dir.`,
    );
  }
  own('embedded postgres', {
    async close() {
      await lock.close();
      await postgres.close();
    },
  });
  log.info(
    { event: 'embedded_postgres.started', dataDir: postgres.dataDir, adopted: postgres.adopted },
    'embedded Postgres started',
  );
  return postgres.url;
}

function refuse(error: Error, dataDir: string): never {
  const isInUse = error instanceof LocalPostgresInUseError;
  const message = isInUse
    ? `${error.message} (${dataDir}). Stop it, or choose another with --data-dir.`
    : error.message;
  throw new UsageError(message, { cause: error });
}

/** A sentence for what waiting does not mend: no such database, a wrong password, an encoding that is not UTF-8. */
function refuseDatabase(error: unknown): never {
  if (error instanceof UsageError || isDatabaseUnavailable(error)) throw error;
  const reason = error instanceof UnfitDatabaseError ? error.message : `${errorText(error)}.`;
  throw new UsageError(`Postgres cannot be used (DATABASE_URL): ${reason}`, { cause: error });
}

/** @throws UsageError where Postgres allows fewer connections than are needed */
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
