import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { settledWithin } from './deadline.ts';
import type { ErrorLog } from './error-log.ts';
import type { ProducerStore } from './producer-store.ts';
import { QueueError } from './queue-error.ts';
import { redisMarkerKey, redisProbeKey } from './queue-names.ts';
import { assertFitRedis, leavesRoom, type RedisFacts, readRedisFacts } from './redis-facts.ts';
import { openRedisQueues } from './redis-queues.ts';
import type { QueueBackendConfig } from './types.ts';

const CONNECT_WAIT_MS = 5_000;
const ROOM_AGE_MAX_MS = 1_000;
const POLICY_AGE_MAX_MS = 10_000;

/**
 * Opens the queues on Redis. It opens also while Redis is unavailable: ingest goes on without it, and the queues work
 * once it is back.
 * @throws QueueError `wrong_eviction_policy`, `cluster_mode`, or `queue_unavailable` when Redis refuses our credentials
 */
export async function openRedisProducerStore(deps: {
  config: QueueBackendConfig & { kind: 'redis' };
  shards: number;
  errors: ErrorLog;
}): Promise<ProducerStore> {
  const { config } = deps;
  const { client, alerts, deliveries, close } = openRedisQueues(deps);
  const facts = createFactsReader(client);

  const store: ProducerStore = {
    alerts,
    deliveries,
    timeoutMs: 5_000,
    assertUsable: async () => assertFitRedis(await facts.read(POLICY_AGE_MAX_MS)),
    onConnected: (listener) => void client.on('ready', listener),
    async hasRoom() {
      const now = await facts.read(ROOM_AGE_MAX_MS);
      assertFitRedis(now);
      return leavesRoom(now);
    },
    tryWrite: () => tryWrite(client, redisProbeKey(config.prefix)),
    async wasEmptied() {
      return (await client.exists(redisMarkerKey(config.prefix))) === 0;
    },
    async acknowledgeEmptied() {
      await client.set(redisMarkerKey(config.prefix), new Date().toISOString(), 'NX');
    },
    unfinished: (queue, jobIds) => unfinishedJobs(client, queue, jobIds),
    close,
  };
  await firstContact({ store, client, errors: deps.errors });
  return store;
}

/** Reads Redis's state, at most as often as asked for; anew after each reconnect, which may be another server. */
function createFactsReader(client: Redis): { read(ageMaxMs: number): Promise<RedisFacts> } {
  let latest: { at: number; facts: Promise<RedisFacts> } | undefined;
  client.on('close', () => {
    latest = undefined;
  });
  return {
    async read(ageMaxMs) {
      if (client.status !== 'ready') throw new QueueError('queue_unavailable', 'Redis is not connected');
      if (!latest || performance.now() - latest.at > ageMaxMs) {
        const fresh = { at: performance.now(), facts: readRedisFacts(client) };
        latest = fresh;
        fresh.facts.catch(() => {
          if (latest === fresh) latest = undefined;
        });
      }
      return latest.facts;
    },
  };
}

const PROBE = `return redis.call('SET', KEYS[1], '', 'PX', 1)`;

/** By a script that writes, as BullMQ does. On a replica, or without the right to write, only this fails. */
async function tryWrite(client: Redis, key: string): Promise<void> {
  try {
    await client.eval(PROBE, 1, key);
  } catch (error) {
    if ((error as Error).name !== 'ReplyError') throw error;
    // Redis appends the script's name.
    const [reason] = (error as Error).message.split(' script: ');
    throw new QueueError('queue_unavailable', `Redis takes no jobs: ${reason}`, { cause: error });
  }
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

/** Waits for a Redis a while. @throws QueueError where it is there and unfit, or refuses us; then all is closed */
export async function firstContact({
  store,
  client,
  errors,
  waitMs = CONNECT_WAIT_MS,
}: {
  store: Pick<ProducerStore, 'assertUsable' | 'close'>;
  client: Redis;
  errors: Pick<ErrorLog, 'note'>;
  waitMs?: number;
}): Promise<void> {
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
  await settledWithin(contact, waitMs);
  client.off('ready', stopWaiting).off('error', onError);
  try {
    if (refusal)
      throw new QueueError('queue_unavailable', 'Redis refuses our credentials', { cause: refusal });
    if (client.status === 'ready') await store.assertUsable();
    else errors.note(new QueueError('queue_unavailable', 'Redis is not connected'));
  } catch (error) {
    if (error instanceof QueueError) {
      await store.close();
      throw error;
    }
    errors.note(error);
  }
}
