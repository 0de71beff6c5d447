import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createHttpHandler, defineInternalRoute, listen } from '@tocsin/http';
import { createProducer, type Producer } from '@tocsin/queues';
import { generateSecretKeys } from '@tocsin/secrets';
import { createLifecycle, createLogger, createMetrics } from '@tocsin/service';
import { type Plan, planSchema, STATUS_GATEWAY_PATHS } from '@tocsin/status-gateway';
import { createTestDatabase, findFreePort, provideRedis, startProcess, waitFor } from '@tocsin/testkit';
import { z } from 'zod';
import { jobOf } from './routing.ts';
import { releasedFor } from './sample.ts';

const ENTRY = new URL('../src/main.ts', import.meta.url).pathname;
const SERVICE_TOKEN = 'a-service-token-for-tests';

const log = createLogger({ level: 'silent', service: 'test' });
const lifecycle = createLifecycle(log);
const plans: Plan[] = [];
let env: Record<string, string>;
let producer: Producer;

beforeAll(async () => {
  const database = await createTestDatabase('router_main');
  lifecycle.own('test database', { close: () => database.drop() });
  // A Redis of its own: the process takes no prefix.
  const redis = lifecycle.own('redis', await provideRedis({ env: { PATH: process.env.PATH } }));
  const handler = createHttpHandler({
    service: 'status-service',
    routes: [],
    internal: [
      defineInternalRoute({
        method: 'post',
        path: STATUS_GATEWAY_PATHS.plans,
        bodySchema: z.array(planSchema),
        handler: async (committed) => {
          plans.push(...committed);
          return committed.map((plan) => releasedFor(plan, 'nobody'));
        },
      }),
    ],
    serviceToken: SERVICE_TOKEN,
    authenticate: () => Promise.reject(new Error('no keys here')),
    rateLimitPerSecond: 1,
    readiness: async () => ({}),
    log,
    metrics: createMetrics('status-service'),
  });
  const status = lifecycle.own('status', await listen(handler, { port: 0, host: '127.0.0.1' }));
  const backend = { kind: 'redis', url: redis.url } as const;
  producer = lifecycle.own('producer', await createProducer({ backend, shards: 1, log }));
  env = {
    DATABASE_URL: database.url,
    REDIS_URL: redis.url,
    PORT: String(await findFreePort()),
    TOCSIN_STATUS_URL: status.url,
    TOCSIN_SERVICE_TOKEN: SERVICE_TOKEN,
    TOCSIN_SECRET_KEYS: generateSecretKeys(),
    TOCSIN_DELIVERY_SHARDS: '1',
  };
});
afterAll(() => lifecycle.close());

describe('the process', () => {
  test('routes what is queued, and ends with 0 on SIGTERM', async () => {
    const service = await startProcess({ entry: ENTRY, env });
    lifecycle.own('service', { close: () => service.stop() });
    await service.ready(`http://127.0.0.1:${env.PORT}/readyz`);
    await producer.enqueueAlerts([jobOf(['one', 'two'])]);
    const describe = () => `both alerts to be routed: ${service.stdout()}`;
    await waitFor(() => plans.length === 2, { describe });
    await waitFor(async () => (await producer.depths())[1]?.waiting === 2, { describe });
    expect(plans.map(({ alertId }) => alertId)).toEqual(['one', 'two']);
    expect(await service.stop()).toMatchObject({ code: 0 });
    expect(service.stdout()).not.toContain(SERVICE_TOKEN);
  });

  test('names every fault of its settings at once, and ends with 1', async () => {
    const service = await startProcess({ entry: ENTRY, env: { PORT: 'x' } });
    expect(await service.exited).toMatchObject({ code: 1 });
    for (const name of ['DATABASE_URL', 'REDIS_URL', 'PORT', 'TOCSIN_STATUS_URL', 'TOCSIN_SECRET_KEYS'])
      expect(service.stdout()).toContain(name);
  });
});
