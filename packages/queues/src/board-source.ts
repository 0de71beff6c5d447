import type { Queue } from 'bullmq';
import { checkedSettings } from './check-settings.ts';
import { openErrorLog } from './error-log.ts';
import { createBoardPool } from './postgres-connection.ts';
import { openPostgresQueues } from './postgres-queues.ts';
import { assertFitRedis, readRedisFacts } from './redis-facts.ts';
import { firstContact } from './redis-producer-store.ts';
import { openRedisQueues, type RedisQueuesDeps } from './redis-queues.ts';
import type { QueueSettings } from './types.ts';

/** The queues for a board to look into, and to change when somebody asks for it. */
export interface QueueBoardSource {
  /**
   * The alert queue first, then the deliveries by shard. While the store is unavailable, their calls reject within
   * seconds.
   */
  readonly queues: readonly Queue[];
  /** Closes within its own deadline, also while the store is unavailable. Never throws. */
  close(): Promise<void>;
}

/**
 * Opens the queues over a connection, or on Postgres a pool of two, of their own: reading the board never delays
 * enqueueing. It adds nothing and writes nothing by itself. It opens also while Redis is unavailable.
 * @throws QueueError `invalid_settings`, `cluster_mode` or `wrong_eviction_policy`, or `queue_unavailable` when a
 *   Postgres cannot be reached
 */
export async function createQueueBoardSource(settings: QueueSettings): Promise<QueueBoardSource> {
  const { shards, ...checked } = checkedSettings(settings);
  const { backend } = checked;
  const errors = openErrorLog(checked);
  const opened =
    backend.kind === 'redis'
      ? await openRedisBoard({ config: backend, shards, errors })
      : await openPostgresQueues(
          { config: backend, pool: createBoardPool(backend), shards, errors },
          { isReader: true },
        );
  let closing: Promise<void> | undefined;
  return {
    queues: [opened.alerts, ...opened.deliveries],
    close() {
      errors.close();
      closing ??= opened.close();
      return closing;
    },
  };
}

/** Signing in does not wait for an unavailable Redis: the board's pages say so. */
const BOARD_WAIT_MS = 800;

async function openRedisBoard(deps: RedisQueuesDeps) {
  const opened = openRedisQueues(deps, { isReader: true });
  const { client, close } = opened;
  const assertUsable = async () => assertFitRedis(await readRedisFacts(client));
  await firstContact({ store: { assertUsable, close }, client, errors: deps.errors, waitMs: BOARD_WAIT_MS });
  return opened;
}
