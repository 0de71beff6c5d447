import type { Redis } from 'ioredis';
import { QueueError } from './queue-error.ts';

/** What a Redis says of its memory and its mode. */
export interface RedisFacts {
  usedBytes: number;
  /** 0 is no limit. */
  maxBytes: number;
  policy: string;
  isCluster: boolean;
}

/** Asks a Redis. @throws QueueError `queue_unavailable` when it does not tell; else what the client throws */
export async function readRedisFacts(client: Redis): Promise<RedisFacts> {
  return parseRedisFacts((await Promise.all([client.info('memory'), client.info('cluster')])).join('\r\n'));
}

/** Parses the text of `INFO`. @throws QueueError `queue_unavailable` when it is not that */
export function parseRedisFacts(info: string): RedisFacts {
  const field = (name: string) => new RegExp(`^${name}:(.+?)\\r?$`, 'm').exec(info)?.[1];
  const usedBytes = Number(field('used_memory'));
  const maxBytes = Number(field('maxmemory'));
  const policy = field('maxmemory_policy');
  if (!Number.isFinite(usedBytes) || !Number.isFinite(maxBytes) || !policy) {
    throw new QueueError('queue_unavailable', 'Redis does not tell its memory limit and eviction policy');
  }
  return { usedBytes, maxBytes, policy, isCluster: field('cluster_enabled') === '1' };
}

/** Above this share of `maxmemory` nothing more is enqueued: a full Redis cannot even give out the jobs that it holds. */
const USED_SHARE_MAX = 0.8;

/** Whether jobs may be added without nearing the memory limit. */
export function leavesRoom({ usedBytes, maxBytes }: RedisFacts): boolean {
  return maxBytes === 0 || usedBytes < maxBytes * USED_SHARE_MAX;
}

/**
 * A Redis must be set to refuse rather than to evict: under `allkeys-lru` jobs ran with `{}` as their data, without any
 * error. And it must be one server: a cluster answered that all is well, and nothing was delivered.
 *
 * @throws QueueError `wrong_eviction_policy` or `cluster_mode`
 */
export function assertFitRedis({ policy, isCluster }: RedisFacts): void {
  if (isCluster) {
    throw new QueueError(
      'cluster_mode',
      'Redis is in cluster mode, which is not supported; give the address of a Redis without it (cluster-enabled no)',
    );
  }
  if (policy === 'noeviction') return;
  throw new QueueError(
    'wrong_eviction_policy',
    `Redis has maxmemory-policy "${policy}" and would throw jobs away; set it to "noeviction"`,
  );
}
