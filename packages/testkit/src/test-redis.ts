import { randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';
import { PATIENCE_MS } from './patience.ts';

/** A key prefix of its own for one test file, since all of them share one Redis. */
export function testRedisPrefix(): string {
  return `tocsin-test-${randomBytes(5).toString('hex')}`;
}

/**
 * Removes every key that begins with the prefix, and no other.
 *
 * @returns how many there were
 */
export async function flushRedisPrefix(redisUrl: string, prefix: string): Promise<number> {
  if (prefix === '') throw new Error('An empty prefix would remove the keys of other tests too');
  return withRedis(redisUrl, async (redis) => {
    let removed = 0;
    // Glob characters in the prefix would match other keys.
    const match = `${prefix.replace(/[\\*?[\]]/g, '\\$&')}*`;
    for await (const keys of redis.scanStream({ match, count: 1_000 })) {
      if (keys.length > 0) removed += await redis.unlink(...keys);
    }
    return removed;
  });
}

export interface ClaimedDatabase {
  url: string;
  empty(): Promise<void>;
  /** Empties it, and leaves it to others. */
  release(): Promise<void>;
}

/** Longer than any run of tests; seconds. What a process that was killed has claimed is free again in the end. */
const CLAIM_SECONDS = 6 * 3_600;

/**
 * A numbered database of a Redis, empty, that is given to nobody else until it is released, in whichever process they ask.
 * Database 0 holds the claims.
 *
 * @throws Error where all are taken
 */
export async function claimRedisDatabase(redisUrl: string): Promise<ClaimedDatabase> {
  const keyOf = (database: number) => `tocsin-test-database:${database}`;
  const database = await withRedis(redisUrl, async (redis) => {
    const [, databases] = (await redis.config('GET', 'databases')) as string[];
    for (let n = 1; n < Number(databases); n += 1)
      if ((await redis.set(keyOf(n), process.pid, 'EX', CLAIM_SECONDS, 'NX')) === 'OK') return n;
    throw new Error(`All ${databases} databases of this Redis are taken`);
  });
  const url = new URL(redisUrl);
  url.pathname = `/${database}`;
  const empty = async () => void (await withRedis(url.href, (redis) => redis.flushdb()));
  await empty();
  return {
    url: url.href,
    empty,
    release: async () => {
      await empty();
      await withRedis(redisUrl, (redis) => redis.del(keyOf(database)));
    },
  };
}

/** Rejects unless the Redis at this address answers a PING within seconds. */
export async function pingRedis(redisUrl: string): Promise<void> {
  await withRedis(redisUrl, (redis) => redis.ping());
}

async function withRedis<T>(redisUrl: string, use: (redis: Redis) => Promise<T>): Promise<T> {
  // On demand: loading this package for a receiver alone shouldn't load a client.
  const { Redis } = await import('ioredis');
  const redis = new Redis(redisUrl, {
    connectTimeout: PATIENCE_MS,
    commandTimeout: PATIENCE_MS,
    maxRetriesPerRequest: 1,
  });
  // The caller gets the error from the command that fails.
  redis.on('error', () => {});
  try {
    return await use(redis);
  } finally {
    redis.disconnect();
  }
}
