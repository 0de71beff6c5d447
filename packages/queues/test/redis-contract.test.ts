import { afterAll, beforeAll } from '@jest/globals';
import {
  createFaultProxy,
  type FaultProxy,
  flushRedisPrefix,
  provideRedis,
  testRedisPrefix,
} from '@tocsin/testkit';
import { Redis } from 'ioredis';
import { describeQueues } from './contract/index.ts';

const prefix = testRedisPrefix();
let places = 0;
let redisUrl: string;
let proxy: FaultProxy;
let admin: Redis;

beforeAll(async () => {
  redisUrl = (await provideRedis()).url;
  proxy = await createFaultProxy({ target: redisUrl });
  admin = new Redis(redisUrl);
  await admin.ping();
});

afterAll(async () => {
  await proxy.close();
  await admin.quit();
  await flushRedisPrefix(redisUrl, `{${prefix}`);
});

describeQueues({
  name: 'Redis',
  shards: 3,
  async emptyBackend() {
    places += 1;
    return { kind: 'redis', url: proxy.url, prefix: `${prefix}-${places}` };
  },
  async dropLock(queue, jobId) {
    await admin.del(`${queue.toKey(jobId)}:lock`);
  },
  async cutConnections() {
    await proxy.reset();
    await proxy.pass();
  },
});
