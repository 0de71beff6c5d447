import type { ErrorLog } from './error-log.ts';
import { createQueuePool, type PostgresQueueConfig } from './postgres-connection.ts';
import { openPostgresQueues } from './postgres-queues.ts';
import type { ProducerStore } from './producer-store.ts';

const UNFINISHED = `SELECT id FROM job WHERE queue = $1 AND id = ANY($2::text[]) AND state NOT IN ('completed', 'failed')`;

/**
 * Opens the queues on Postgres to add to, all over one pool of two.
 * @throws QueueError when Postgres cannot be reached
 */
export async function openPostgresProducerStore(deps: {
  config: PostgresQueueConfig;
  shards: number;
  errors: ErrorLog;
}): Promise<ProducerStore> {
  const { pool, alerts, deliveries, close } = await openPostgresQueues({
    ...deps,
    pool: createQueuePool(deps.config),
  });
  return {
    alerts,
    deliveries,
    timeoutMs: 15_000,
    assertUsable: async () => {},
    // Without Postgres nothing is committed either, so there is nothing to enqueue once it is back.
    onConnected: () => undefined,
    hasRoom: async () => true,
    // Its sessions are refused at their start where they may not write.
    tryWrite: async () => {},
    wasEmptied: async () => false,
    acknowledgeEmptied: async () => {},
    async unfinished(queue, jobIds) {
      const { rows } = await pool.query<{ id: string }>(UNFINISHED, [queue.name, jobIds]);
      return new Set(rows.map((row) => row.id));
    },
    close,
  };
}
