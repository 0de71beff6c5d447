import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { settledWithin } from './deadline.ts';
import type { ErrorLog } from './error-log.ts';
import type { ProducerStore } from './producer-store.ts';
import { QueueError } from './queue-error.ts';
import { redisMarkerKey } from './queue-names.ts';
import { assertNoEviction, leavesRoom, parseRedisMemory, type RedisMemory } from './redis-memory.ts';
import { openRedisQueues } from './redis-queues.ts';
import type { QueueBackendConfig, QueueLog } from './types.ts';

const CONNECT_WAIT_MS = 5_000;
const ROOM_AGE_MAX_MS = 1_000;
const POLICY_AGE_MAX_MS = 10_000;

/**
 * Opens the queues on Redis. A Redis that is away is no obstacle: ingest goes on without it, and the queues work once
 * it is back.
 * @throws QueueError `wrong_eviction_policy`, or `queue_unavailable` when Redis refuses our credentials
 */
export async function openRedisProducerStore(deps: {
  config: QueueBackendConfig & { kind: 'redis' };
  shards: number;
  log: QueueLog;
  errors: ErrorLog;
}): Promise<ProducerStore> {
  const { config } = deps;
  const { client, alerts, deliveries, close } = openRedisQueues(deps);
  const memory = createMemoryReader(client);

  const store: ProducerStore = {
    alerts,
    deliveries,
    timeoutMs: 5_000,
    assertUsable: async () => assertNoEviction(await memory.read(POLICY_AGE_MAX_MS)),
    async hasRoom() {
      const now = await memory.read(ROOM_AGE_MAX_MS);
      return now.policy === 'noeviction' && leavesRoom(now);
    },
    async wasEmptied() {
      return (await client.exists(redisMarkerKey(config.prefix))) === 0;
    },
    async acknowledgeEmptied() {
      await client.set(redisMarkerKey(config.prefix), new Date().toISOString(), 'NX');
    },
    unfinished: (queue, jobIds) => unfinishedJobs(client, queue, jobIds),
    close,
  };
  await firstContact({ store, client, log: deps.log });
  return store;
}

/** Reads Redis's memory state, at most as often as asked for; anew after each reconnect, which may be another server. */
function createMemoryReader(client: Redis): { read(ageMaxMs: number): Promise<RedisMemory> } {
  let latest: { at: number; memory: Promise<RedisMemory> } | undefined;
  client.on('close', () => {
    latest = undefined;
  });
  return {
    async read(ageMaxMs) {
      if (client.status !== 'ready') throw new QueueError('queue_unavailable', 'Redis is not connected');
      if (!latest || performance.now() - latest.at > ageMaxMs) {
        const fresh = { at: performance.now(), memory: client.info('memory').then(parseRedisMemory) };
        latest = fresh;
        fresh.memory.catch(() => {
          if (latest === fresh) latest = undefined;
        });
      }
      return latest.memory;
    },
  };
}

/**
 * A job exists while its hash does, and has ended once that holds `finishedOn`. Two fields by key instead of BullMQ's
 * `getState`, which searches the whole waiting list for each job.
 */
async function unfinishedJobs(client: Redis, queue: Queue, jobIds: string[]): Promise<Set<string>> {
  const pipeline = client.pipeline();
  for (const jobId of jobIds) pipeline.hmget(queue.toKey(jobId), 'timestamp', 'finishedOn');
  const replies = (await pipeline.exec()) ?? [];
  const unfinished = new Set<string>();
  for (const [index, jobId] of jobIds.entries()) {
    const [error, fields] = replies[index] ?? [new Error('no reply'), undefined];
    if (error) throw error;
    const [addedAt, finishedAt] = fields as [string | null, string | null];
    if (addedAt !== null && finishedAt === null) unfinished.add(jobId);
  }
  return unfinished;
}

const REFUSED = /^(WRONGPASS|NOAUTH|NOPERM|ERR (invalid password|AUTH))/;

async function firstContact({ store, client, log }: { store: ProducerStore; client: Redis; log: QueueLog }) {
  let refusal: Error | undefined;
  let stopWaiting = () => {};
  const contact = new Promise<void>((resolve) => {
    stopWaiting = resolve;
  });
  const onError = (error: Error) => {
    if (!REFUSED.test(error.message)) return;
    refusal = error;
    stopWaiting();
  };
  client.on('ready', stopWaiting).on('error', onError);
  await settledWithin(contact, CONNECT_WAIT_MS);
  client.off('ready', stopWaiting).off('error', onError);
  try {
    if (refusal)
      throw new QueueError('queue_unavailable', 'Redis refuses our credentials', { cause: refusal });
    if (client.status === 'ready') await store.assertUsable();
    else log.warn({}, 'Redis is away; alerts wait in Postgres until it is back');
  } catch (error) {
    if (error instanceof QueueError) {
      await store.close();
      throw error;
    }
    log.warn({ error: String(error) }, 'Redis did not tell its eviction policy yet');
  }
}
