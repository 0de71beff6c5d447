import type { Queue } from 'bullmq';
import { createErrorLog } from './error-log.ts';
import { createBoardPool } from './postgres-connection.ts';
import { openPostgresQueues } from './postgres-queues.ts';
import { openRedisQueues } from './redis-queues.ts';
import { checkedSettings } from './settings.ts';
import type { QueueSettings } from './types.ts';

/** The queues for a board to look into, and to change when somebody asks for it. */
export interface QueueBoardSource {
  /** The alert queue first, then the deliveries by shard. While the store is away, their calls reject within seconds. */
  readonly queues: readonly Queue[];
  /** Closes within its own deadline, also while the store is away. Never throws. */
  close(): Promise<void>;
}

/**
 * Opens the queues over a connection, or on Postgres a pool of two, of their own: nobody who adds jobs waits because
 * somebody looks at them. It adds nothing and writes nothing by itself. A Redis that is away is no obstacle.
 * @throws QueueError `invalid_settings`, or `queue_unavailable` when a Postgres cannot be reached
 */
export async function createQueueBoardSource(settings: QueueSettings): Promise<QueueBoardSource> {
  const { backend, shards, log } = checkedSettings(settings);
  const errors = createErrorLog({ log, now: () => performance.now() });
  const opened =
    backend.kind === 'redis'
      ? openRedisQueues({ config: backend, shards, errors }, { isReader: true })
      : await openPostgresQueues(
          { config: backend, pool: createBoardPool(backend), shards, errors },
          { isReader: true },
        );
  let closing: Promise<void> | undefined;
  return {
    queues: [opened.alerts, ...opened.deliveries],
    close() {
      closing ??= opened.close();
      return closing;
    },
  };
}
