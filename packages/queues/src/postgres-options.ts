import type { PostgresPoolConfig } from 'bullmq';
import type { QueueBackendConfig } from './types.ts';

/** Connections in each pool, apart from a worker's own one for LISTEN. */
export const POOL_SIZE = 2;

// The record is elsewhere: what a crash of the server takes from the queues is fed again, so no job waits for a disk.
const NO_WAIT_FOR_DISK = '-c synchronous_commit=off';

const BOARD_CONNECT_MS = 5_000;
const BOARD_QUERY_MS = 15_000;

/**
 * What BullMQ's Postgres backend connects with. It makes its own tables, under its own advisory lock, so that whoever
 * comes first may do it. There is no limit on the wait for a free connection: behind a Postgres that pauses, jobs that
 * have ended wait to be told of, and a timeout would make failures of them. Producers have their own deadline.
 *
 * `onConnect` is pg-pool's: a connection that breaks while BullMQ holds it, as it does to make its tables, emits an
 * error that nobody hears, which would end the process. The statement in flight is rejected besides.
 */
export function postgresOptions(config: QueueBackendConfig & { kind: 'postgres' }): PostgresPoolConfig {
  return {
    connectionString: config.databaseUrl,
    ...(config.schema === undefined ? {} : { schema: config.schema }),
    max: POOL_SIZE,
    options: NO_WAIT_FOR_DISK,
    migrate: true,
    keepAlive: true,
    onConnect: (client: { on(event: 'error', listener: () => void): unknown }) => {
      client.on('error', () => undefined);
    },
  };
}

/** The same for the board: whoever looks at a page is told within seconds that Postgres does not answer. */
export function boardPostgresOptions(config: QueueBackendConfig & { kind: 'postgres' }): PostgresPoolConfig {
  return {
    ...postgresOptions(config),
    options: `${NO_WAIT_FOR_DISK} -c statement_timeout=${BOARD_QUERY_MS}`,
    connectionTimeoutMillis: BOARD_CONNECT_MS,
    query_timeout: BOARD_QUERY_MS,
  };
}
