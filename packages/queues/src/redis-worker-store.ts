import { createRedisBackend } from 'bullmq';
import { Redis } from 'ioredis';
import { ManualWorker, type WorkerStore } from './bull-worker.ts';
import type { ErrorLog } from './error-log.ts';
import { redisPrefix } from './queue-names.ts';
import { assertFitRedis, readRedisFacts } from './redis-facts.ts';
import { BLOCK_SECONDS_MAX, workerRedisOptions } from './redis-options.ts';
import type { QueueBackendConfig } from './types.ts';

/** Workers on Redis: one connection for all of a consumer's workers, and one each for their blocking reads. */
export function openRedisWorkerStore(deps: {
  config: QueueBackendConfig & { kind: 'redis' };
  errors: ErrorLog;
}): WorkerStore {
  const { config, errors } = deps;
  const client = new Redis(config.url, workerRedisOptions());
  client.on('error', (error) => errors.note(error));
  const backend = (...given: Parameters<typeof createRedisBackend>) =>
    // BullMQ's own ten seconds are longer than a socket may be silent.
    Object.defineProperty(createRedisBackend(...given), 'maximumBlockTimeout', { value: BLOCK_SECONDS_MAX });
  return {
    prepare: async () => assertFitRedis(await readRedisFacts(client)),
    onConnected: (listener) => void client.on('ready', listener),
    isConnected: () => client.status === 'ready',
    createWorker: (queueName, processor, tuning) =>
      new ManualWorker(
        queueName,
        processor,
        {
          ...{ ...tuning, drainDelay: BLOCK_SECONDS_MAX },
          ...{ connection: client, prefix: redisPrefix(queueName, config.prefix) },
        },
        backend,
      ),
    close: () => client.disconnect(),
  };
}
