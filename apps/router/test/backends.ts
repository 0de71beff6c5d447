import type { QueueBackendConfig } from '@tocsin/queues';
import { flushRedisPrefix, provideRedis, testRedisPrefix } from '@tocsin/testkit';

export interface TestBackend {
  config: QueueBackendConfig;
  close(): Promise<void>;
}

/** The queues' two stores: on Redis under a prefix of its own, on Postgres in the test's own database. */
export const BACKENDS: Record<string, (databaseUrl: string) => Promise<TestBackend>> = {
  redis: async () => {
    const redis = await provideRedis();
    const prefix = testRedisPrefix();
    return {
      config: { kind: 'redis', url: redis.url, prefix },
      close: async () => {
        await flushRedisPrefix(redis.url, prefix);
        await redis.close();
      },
    };
  },
  postgres: async (databaseUrl) => ({
    config: { kind: 'postgres', databaseUrl },
    close: async () => undefined,
  }),
};
