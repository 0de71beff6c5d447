import { findContainerEngine, obtainImage } from './container-engine.ts';
import { offerContainer } from './container-server.ts';
import type { Attempt } from './provide-first.ts';
import { REDIS_ARGUMENTS } from './redis-server.ts';
import { pingRedis } from './test-redis.ts';

export const DEFAULT_REDIS_IMAGE = 'redis:7-alpine';
const PORT = 6379;

/** Starts Redis in a container, through @testcontainers/redis. */
export async function redisFromContainer(env: NodeJS.ProcessEnv): Promise<Attempt> {
  const image = env.TOCSIN_TEST_REDIS_IMAGE || DEFAULT_REDIS_IMAGE;
  const engine = await findContainerEngine();
  if (engine === null) return { kind: 'unavailable', reason: 'no Docker engine answers' };
  const refusal = await obtainImage(engine, image);
  if (refusal !== null) return { kind: 'unavailable', reason: refusal, isNotable: true };
  const { RedisContainer } = await import('@testcontainers/redis');
  const container = await new RedisContainer(image)
    // The official image is built with protected mode off; other builds would refuse connections from outside.
    .withCommand(['redis-server', '--protected-mode', 'no', ...REDIS_ARGUMENTS])
    .start();
  return offerContainer({
    container,
    port: PORT,
    name: `${image} on ${engine.name}`,
    urlAt: (host, port) => `redis://${host}:${port}`,
    probe: pingRedis,
  });
}
