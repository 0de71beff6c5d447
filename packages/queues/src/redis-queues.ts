import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { settledWithin } from './deadline.ts';
import type { ErrorLog } from './error-log.ts';
import { ALERT_QUEUE, deliveryQueueNames, redisPrefix } from './queue-names.ts';
import { producerRedisOptions } from './redis-options.ts';
import type { QueueBackendConfig } from './types.ts';

const CLOSE_WAIT_MS = 1_000;
/** BullMQ keeps 10,000 events per queue by default; nobody here reads them. */
const EVENTS_MAX = 1_000;

/** All queues over one connection, which is made in the background: while Redis is unavailable, calls reject at once. */
export interface RedisQueues {
  client: Redis;
  alerts: Queue;
  /** By shard. */
  deliveries: Queue[];
  /** Within a few seconds, also while Redis is unavailable. Never throws. */
  close(): Promise<void>;
}

export interface RedisQueuesDeps {
  config: QueueBackendConfig & { kind: 'redis' };
  shards: number;
  errors: ErrorLog;
}

/** @param isReader writes nothing by itself: no metadata of the queues */
export function openRedisQueues(deps: RedisQueuesDeps, { isReader = false } = {}): RedisQueues {
  const { config, errors } = deps;
  const client = new Redis(config.url, producerRedisOptions());
  client.on('error', (error) => errors.note(error));
  const open = (name: string) => {
    const queue = new Queue(name, {
      connection: client,
      prefix: redisPrefix(name, config.prefix),
      skipVersionCheck: true,
      skipMetasUpdate: isReader,
      // Otherwise the first call of a queue waits for the first connection, however long that takes.
      skipWaitingForReady: true,
      streams: { events: { maxLen: EVENTS_MAX } },
    });
    queue.on('error', (error) => errors.note(error));
    return queue;
  };
  const alerts = open(ALERT_QUEUE);
  const deliveries = deliveryQueueNames(deps.shards).map(open);
  return {
    client,
    alerts,
    deliveries,
    async close() {
      await settledWithin(Promise.all([alerts, ...deliveries].map((queue) => queue.close())), CLOSE_WAIT_MS);
      if (client.status === 'ready') await settledWithin(client.quit(), CLOSE_WAIT_MS);
      client.disconnect();
    },
  };
}
