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
