import { type BackendFactory, type PostgresConnectionOptions, PostgresQueueBackend, Queue } from 'bullmq';
import type pg from 'pg';
import { settledWithin, withDeadline } from './deadline.ts';
import type { ErrorLog } from './error-log.ts';
import { connectOver, makeQueueTables, type PostgresQueueConfig } from './postgres-connection.ts';
import { toQueueError } from './queue-error.ts';
import { ALERT_QUEUE, deliveryQueueNames } from './queue-names.ts';

const MIGRATE_WAIT_MS = 60_000;
const CLOSE_WAIT_MS = 3_000;

/** All queues over one pool; given a configuration each, they would make a pool each. */
export interface PostgresQueues {
  pool: pg.Pool;
  alerts: Queue;
  /** By shard. */
  deliveries: Queue[];
  /** Within a few seconds, also while Postgres is unavailable. Never throws. */
  close(): Promise<void>;
}

export interface PostgresQueuesDeps {
  config: PostgresQueueConfig;
  pool: pg.Pool;
  shards: number;
  errors: ErrorLog;
}

/**
 * Opens the queues on Postgres, making BullMQ's tables where they are missing.
 * @param isReader writes nothing by itself: no metadata of the queues
 * @throws QueueError when Postgres cannot be reached
 */
export async function openPostgresQueues(
  { config, pool, shards, errors }: PostgresQueuesDeps,
  { isReader = false } = {},
): Promise<PostgresQueues> {
  const connection = connectOver(pool, config);
  connection.on('error', (error) => errors.note(error));
  const close = async () => {
    await settledWithin(connection.close(), CLOSE_WAIT_MS);
  };
  try {
    const opened = makeQueueTables(pool, config).then(() => connection.waitUntilReady());
    await withDeadline(opened, MIGRATE_WAIT_MS, 'open the queues on Postgres');
  } catch (error) {
    await close();
    throw toQueueError(error, 'open the queues on Postgres');
  }
  const onSharedConnection: BackendFactory<PostgresQueueBackend, PostgresConnectionOptions> = (
    queueName,
    queueOptions,
  ) => new PostgresQueueBackend(connection, queueName, queueOptions, false);
  const open = (name: string) => {
    const queue = new Queue(
      name,
      { connection: pool, skipMetasUpdate: isReader, streams: { events: { maxLen: 1_000 } } },
      onSharedConnection,
    );
    queue.on('error', (error) => errors.note(error));
    return queue as unknown as Queue;
  };
  return { pool, alerts: open(ALERT_QUEUE), deliveries: deliveryQueueNames(shards).map(open), close };
}
