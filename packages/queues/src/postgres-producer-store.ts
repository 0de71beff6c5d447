import {
  type BackendFactory,
  PostgresConnection,
  type PostgresConnectionOptions,
  PostgresQueueBackend,
  Queue,
} from 'bullmq';
import { settledWithin, withDeadline } from './deadline.ts';
import type { ErrorLog } from './error-log.ts';
import { postgresOptions } from './postgres-options.ts';
import type { ProducerStore } from './producer-store.ts';
import { toQueueError } from './queue-error.ts';
import { ALERT_QUEUE, deliveryQueueNames } from './queue-names.ts';
import type { QueueBackendConfig } from './types.ts';

type PostgresConfig = QueueBackendConfig & { kind: 'postgres' };

const MIGRATE_WAIT_MS = 60_000;
const CLOSE_WAIT_MS = 3_000;

const UNFINISHED = `SELECT id FROM job WHERE queue = $1 AND id = ANY($2::text[]) AND state NOT IN ('completed', 'failed')`;

/**
 * Opens the queues on Postgres, making BullMQ's tables where they are missing. All queues share one pool of two; given
 * a configuration each, they would make a pool each.
 * @throws QueueError when Postgres cannot be reached
 */
export async function openPostgresProducerStore(deps: {
  config: PostgresConfig;
  shards: number;
  errors: ErrorLog;
}): Promise<ProducerStore> {
  const connection = new PostgresConnection(postgresOptions(deps.config));
  connection.on('error', (error) => deps.errors.note(error));
  const close = async () => {
    await settledWithin(connection.close(), CLOSE_WAIT_MS);
  };
  try {
    await withDeadline(connection.waitUntilReady(), MIGRATE_WAIT_MS, 'open the queues on Postgres');
  } catch (error) {
    await close();
    throw toQueueError(error, 'open the queues on Postgres');
  }
  const open = (name: string) => openQueue(name, connection, deps);
  return {
    alerts: open(ALERT_QUEUE),
    deliveries: deliveryQueueNames(deps.shards).map(open),
    timeoutMs: 15_000,
    assertUsable: async () => {},
    hasRoom: async () => true,
    wasEmptied: async () => false,
    acknowledgeEmptied: async () => {},
    async unfinished(queue, jobIds) {
      const { rows } = await connection.pool.query<{ id: string }>(UNFINISHED, [queue.name, jobIds]);
      return new Set(rows.map((row) => row.id));
    },
    close,
  };
}

function openQueue(
  name: string,
  connection: PostgresConnection,
  deps: { config: PostgresConfig; errors: ErrorLog },
): Queue {
  const onSharedConnection: BackendFactory<PostgresQueueBackend, PostgresConnectionOptions> = (
    queueName,
    options,
  ) => new PostgresQueueBackend(connection, queueName, options, false);
  const queue = new Queue(
    name,
    { connection: postgresOptions(deps.config), streams: { events: { maxLen: 1_000 } } },
    onSharedConnection,
  );
  queue.on('error', (error) => deps.errors.note(error));
  return queue as unknown as Queue;
}
