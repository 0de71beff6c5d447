import { PostgresQueueBackend } from 'bullmq';
import { type BullWorker, ManualWorker, type WorkerStore } from './bull-worker.ts';
import {
  connectOver,
  createQueuePool,
  makeQueueTables,
  type PostgresQueueConfig,
} from './postgres-connection.ts';

/** Workers on Postgres, each with a pool of two and a connection for LISTEN, which close with the worker. */
export function openPostgresWorkerStore({ config }: { config: PostgresQueueConfig }): WorkerStore {
  const backend = (name: string, options: ConstructorParameters<typeof PostgresQueueBackend>[2]) => {
    const connection = connectOver(createQueuePool(config, { listens: true }), config);
    return new PostgresQueueBackend(connection, name, options, true, name);
  };
  return {
    async prepare() {
      const pool = createQueuePool(config);
      try {
        await makeQueueTables(pool, config);
      } finally {
        await pool.end();
      }
    },
    onConnected() {},
    // Each worker has connections of its own, and makes them anew by itself; services report Postgres themselves.
    isConnected: () => true,
    createWorker(queueName, processor, tuning) {
      // The backend's factory makes the connection; BullMQ only asks that there be one.
      const options = { ...tuning, connection: {} };
      return new ManualWorker(queueName, processor, options, backend) as unknown as BullWorker;
    },
    close() {},
  };
}
