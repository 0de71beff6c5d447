import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { generateSecretKeys } from '@tocsin/secrets';
import { createLifecycle, createLogger } from '@tocsin/service';
import { createTestDatabase, findFreePort, provideRedis, startProcess, waitFor } from '@tocsin/testkit';
import { Redis } from 'ioredis';

const ENTRY = new URL('../src/main.ts', import.meta.url).pathname;

const lifecycle = createLifecycle(createLogger({ level: 'silent', service: 'test' }));
let env: Record<string, string>;
let admin: Redis;

beforeAll(async () => {
  const database = await createTestDatabase('worker_main');
  lifecycle.own('test database', { close: () => database.drop() });
  // A Redis of its own, which is made unfit.
  const redis = lifecycle.own('redis', await provideRedis({ env: { PATH: process.env.PATH } }));
  admin = new Redis(redis.url);
  lifecycle.own('admin', { close: () => admin.disconnect() });
  env = {
    DATABASE_URL: database.url,
    REDIS_URL: redis.url,
    PORT: String(await findFreePort()),
    TOCSIN_STATUS_URL: 'http://127.0.0.1:9',
    TOCSIN_SERVICE_TOKEN: 'a-service-token-for-tests',
    TOCSIN_SECRET_KEYS: generateSecretKeys(),
    TOCSIN_DELIVERY_SHARDS: '1',
  };
});
afterAll(() => lifecycle.close());

describe('the process', () => {
  test('refuses to start on a Redis that would evict, and says why', async () => {
    await admin.config('SET', 'maxmemory-policy', 'allkeys-lru');
    const service = await startProcess({ entry: ENTRY, env });
    lifecycle.own('service', { close: () => service.stop() });
    expect(await service.exited).toMatchObject({ code: 1 });
    expect(service.stdout()).toContain('maxmemory-policy \\"allkeys-lru\\"');
  });

  test('tells in its readiness whether jobs are taken, and ends with 0 on SIGTERM', async () => {
    await admin.config('SET', 'maxmemory-policy', 'noeviction');
    const service = await startProcess({ entry: ENTRY, env });
    lifecycle.own('service', { close: () => service.stop() });
    const readiness = `http://127.0.0.1:${env.PORT}/readyz`;
    await service.ready(readiness);
    await waitFor(async () => {
      const { dependencies } = (await (await fetch(readiness)).json()) as { dependencies: object };
      return JSON.stringify(dependencies).includes('"deliveryQueues":"ok"');
    });
    expect(await service.stop()).toMatchObject({ code: 0 });
  });
});
