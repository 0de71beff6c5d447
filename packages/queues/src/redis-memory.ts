import { QueueError } from './queue-error.ts';

/** What `INFO memory` says about room. */
export interface RedisMemory {
  usedBytes: number;
  /** 0 is no limit. */
  maxBytes: number;
  policy: string;
}

/** Parses the text of `INFO memory`. @throws QueueError `queue_unavailable` when it is not that */
export function parseRedisMemory(info: string): RedisMemory {
  const field = (name: string) => new RegExp(`^${name}:(.+?)\\r?$`, 'm').exec(info)?.[1];
  const usedBytes = Number(field('used_memory'));
  const maxBytes = Number(field('maxmemory'));
  const policy = field('maxmemory_policy');
  if (!Number.isFinite(usedBytes) || !Number.isFinite(maxBytes) || !policy) {
    throw new QueueError('queue_unavailable', 'Redis does not tell its memory limit and eviction policy');
  }
  return { usedBytes, maxBytes, policy };
}

/** Above this share of `maxmemory` nothing more is fed: a full Redis cannot even hand out the jobs that it holds. */
const FED_SHARE_MAX = 0.8;

/** Whether jobs may be added without nearing the memory limit. */
export function leavesRoom({ usedBytes, maxBytes }: RedisMemory): boolean {
  return maxBytes === 0 || usedBytes < maxBytes * FED_SHARE_MAX;
}

/**
 * Redis must be told to refuse rather than to evict: under `allkeys-lru` jobs ran with `{}` as their data, without any
 * error. @throws QueueError `wrong_eviction_policy`
 */
export function assertNoEviction({ policy }: RedisMemory): void {
  if (policy === 'noeviction') return;
  throw new QueueError(
    'wrong_eviction_policy',
    `Redis has maxmemory-policy "${policy}" and would throw jobs away; set it to "noeviction"`,
  );
}
