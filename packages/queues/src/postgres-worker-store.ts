import { createPostgresBackend, Worker } from 'bullmq';
import { type BullWorker, hardened, type WorkerStore } from './bull-worker.ts';
import { postgresOptions } from './postgres-options.ts';
import type { QueueBackendConfig } from './types.ts';

/** Workers on Postgres, each with a pool of two and a connection for LISTEN, which close with the worker. */
export function openPostgresWorkerStore(deps: {
  config: QueueBackendConfig & { kind: 'postgres' };
}): WorkerStore {
  const backend = hardened(createPostgresBackend);
  return {
    prepare: async () => {},
    // Each worker has connections of its own, and makes them anew by itself; services report Postgres themselves.
    isConnected: () => true,
    createWorker(queueName, processor, tuning) {
      const options = { ...tuning, connection: postgresOptions(deps.config) };
      return new Worker(queueName, processor, options, backend) as unknown as BullWorker;
    },
    close() {},
  };
}
