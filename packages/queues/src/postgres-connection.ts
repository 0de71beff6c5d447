import { createPool, type SessionSettings } from '@tocsin/store';
import { DEFAULT_SCHEMA, PostgresConnection, quoteSchemaName, runMigrations } from 'bullmq';
import type pg from 'pg';
import type { QueueBackendConfig } from './types.ts';

/** Connections in each pool, apart from a worker's own one for LISTEN. */
export const POOL_SIZE = 2;

const BOARD_CONNECT_MS = 5_000;
const BOARD_QUERY_MS = 15_000;

export type PostgresQueueConfig = QueueBackendConfig & { kind: 'postgres' };

/**
 * A pool for BullMQ's Postgres backend, of our own making: BullMQ's would send start-up parameters, which a pooler such
 * as PgBouncer refuses. No job waits for a disk: the record is elsewhere, and jobs that a crash of the server loses are
 * dispatched again. There is no limit on the wait for a free connection: behind a Postgres that pauses, jobs that have
 * ended wait to be recorded, and a timeout would make failures of them. Producers have their own deadline.
 *
 * @param options.listens whether one of its connections is to LISTEN, besides the usual ones
 */
export function createQueuePool(
  config: PostgresQueueConfig,
  {
    listens = false,
    session = {},
    ...options
  }: { listens?: boolean; session?: SessionSettings } & Pick<pg.PoolConfig, 'connectionTimeoutMillis'> = {},
): pg.Pool {
  return createPool({
    databaseUrl: config.databaseUrl,
    session: { search_path: quoteSchemaName(schemaOf(config)), synchronous_commit: 'off', ...session },
    max: POOL_SIZE + (listens ? 1 : 0),
    ...options,
  });
}

/** The same for the board: its pages say within seconds that Postgres does not answer. */
export function createBoardPool(config: PostgresQueueConfig): pg.Pool {
  return createQueuePool(config, {
    session: { statement_timeout: BOARD_QUERY_MS },
    connectionTimeoutMillis: BOARD_CONNECT_MS,
  });
}

/** BullMQ's connection over a pool, in the schema that was chosen; it ends with the pool. */
export function connectOver(pool: pg.Pool, config: PostgresQueueConfig): PostgresConnection {
  const connection = new PostgresConnection(pool);
  const disconnect = connection.close.bind(connection);
  let closing: Promise<void> | undefined;
  // Given a pool, BullMQ takes its own default for the schema, and leaves the pool open.
  return Object.assign(connection, {
    schema: schemaOf(config),
    close: () => {
      closing ??= disconnect().then(() => pool.end());
      return closing;
    },
  });
}

/** Makes BullMQ's tables where they are missing, under its own advisory lock, so that any process may do it. */
export async function makeQueueTables(pool: pg.Pool, config: PostgresQueueConfig): Promise<void> {
  const client = await pool.connect();
  try {
    await runMigrations(client, schemaOf(config));
  } finally {
    client.release();
  }
}

function schemaOf({ schema = DEFAULT_SCHEMA }: PostgresQueueConfig): string {
  return schema;
}
