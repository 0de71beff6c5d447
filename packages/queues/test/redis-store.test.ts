import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { createDeliveryConsumers, createProducer, deliveryJobId } from '../src/index.ts';
import { describeOnOwnRedis, type OwnRedis, startOwnRedis } from './own-redis.ts';
import { createQueueHarness, enqueueDelayed, type QueueHarness, someDelivery } from './queue-harness.ts';
import { waitFor } from './wait-for.ts';

let server: OwnRedis;
let admin: Redis;
let harness: QueueHarness;

beforeAll(async () => {
  server = await startOwnRedis();
  admin = new Redis(server.url);
});

afterAll(async () => {
  await admin.quit();
  await server.stop();
});

beforeEach(() => {
  harness = createQueueHarness({ kind: 'redis', url: server.url });
});

afterEach(async () => {
  await harness.close();
  await admin.config('SET', 'maxmemory', '0');
  await admin.config('SET', 'maxmemory-policy', 'noeviction');
  await admin.flushall();
});

describeOnOwnRedis('what Redis lost', () => {
  test('is reported to every caller until it is acknowledged: at first, and after each emptying', async () => {
    const producer = await harness.producer();
    const other = await harness.producer();
    const told = async () => [await producer.wasEmptied(), await other.wasEmptied()];
    expect(await told()).toEqual([true, true]);
    await producer.acknowledgeEmptied();
    expect(await told()).toEqual([false, false]);
    await admin.flushdb();
    expect(await told()).toEqual([true, true]);
    await other.acknowledgeEmptied();
    await producer.acknowledgeEmptied();
    expect(await told()).toEqual([false, false]);
  });
});

describeOnOwnRedis('a blocking read', () => {
  test('is short, also where the next job is far off: a dead socket is found by what it does not answer', async () => {
    const producer = await harness.producer();
    await enqueueDelayed(producer, someDelivery(), 600_000);
    const monitor = await admin.monitor();
    try {
      const seconds: number[] = [];
      monitor.on('monitor', (_time: string, [command, ...given]: string[]) => {
        if (command?.toLowerCase() === 'bzpopmin') seconds.push(Number(given.at(-1)));
      });
      await harness.deliveryConsumer({});
      await waitFor('two reads', () => seconds.length >= 2);
      expect(Math.max(...seconds)).toBeLessThanOrEqual(3);
    } finally {
      monitor.disconnect();
    }
  });
});

describeOnOwnRedis('memory', () => {
  test('there is room below 80 % of maxmemory, and none above', async () => {
    const producer = await harness.producer();
    expect(await producer.hasRoom()).toBe(true);
    // So much that what a Redis at rest goes up and down by is far less than a hundredth.
    await admin.setrange('ballast', 20 * 1024 * 1024, 'x');
    const used = Number(/used_memory:(\d+)/.exec(await admin.info('memory'))![1]);
    await admin.config('SET', 'maxmemory', String(Math.round(used / 0.82)));
    await waitFor('no room', async () => !(await producer.hasRoom()));
    await admin.config('SET', 'maxmemory', String(Math.round(used / 0.78)));
    await waitFor('room', () => producer.hasRoom());
  });

  test('a full Redis refuses adds with a code of its own', async () => {
    const producer = await harness.producer();
    await admin.config('SET', 'maxmemory', '1mb');
    await expect(producer.enqueueDeliveries([someDelivery()])).rejects.toMatchObject({ code: 'queue_full' });
  });

  test('a worker that a full Redis refuses does not hammer it, and goes on when there is room', async () => {
    const producer = await harness.producer();
    let taken = 0;
    await producer.enqueueDeliveries([someDelivery()]);
    await admin.config('SET', 'maxmemory', '1mb');
    await harness.deliveryConsumer({
      concurrency: 20,
      async process() {
        taken += 1;
        return { kind: 'done' };
      },
    });
    await waitFor('the refusal', () => harness.lines.some((line) => JSON.stringify(line).includes('OOM')));
    const before = await commandsProcessed();
    const until = performance.now() + 1_500;
    await waitFor('a while', () => performance.now() > until);
    expect((await commandsProcessed()) - before).toBeLessThan(200);
    expect(taken).toBe(0);
    await admin.config('SET', 'maxmemory', '0');
    await waitFor('the job', () => taken === 1);
  });

  async function commandsProcessed(): Promise<number> {
    return Number(/total_commands_processed:(\d+)/.exec(await admin.info('stats'))![1]);
  }

  test('a waiting delivery is stored in one piece, with its queue in one slot', async () => {
    const producer = await harness.producer();
    const job = someDelivery({ severityRank: 4, isRetry: true });
    await producer.enqueueDeliveries([job]);
    const key = `{tocsin:0}:deliveries-0:${deliveryJobId(job)}`;
    expect(await admin.object('ENCODING', key)).toBe('listpack');
    expect(await admin.memory('USAGE', key)).toBeLessThan(400);
    expect((await admin.keys('*deliveries-0*')).every((name) => name.startsWith('{tocsin:0}:'))).toBe(true);
  });
});

describeOnOwnRedis('a Redis that is not fit', () => {
  test('is refused by producers and consumers when it would evict', async () => {
    await admin.config('SET', 'maxmemory-policy', 'allkeys-lru');
    await expect(createProducer(harness.settings)).rejects.toMatchObject({
      code: 'wrong_eviction_policy',
      message: expect.stringContaining('"allkeys-lru"'),
    });
    const consumer = createDeliveryConsumers(harness.settings, {
      concurrency: 1,
      process: async () => ({ kind: 'done' }),
    });
    await expect(consumer.ready()).rejects.toMatchObject({ code: 'wrong_eviction_policy' });
    await expect(consumer.started()).rejects.toMatchObject({ code: 'wrong_eviction_policy' });
    expect(consumer.state()).toBe('wrong_eviction_policy');
    await consumer.close();
    expect(consumer.state()).toBe('closed');
  });

  test('is worked on by a waiting consumer once it is mended', async () => {
    const producer = await harness.producer();
    await producer.enqueueDeliveries([someDelivery()]);
    await admin.config('SET', 'maxmemory-policy', 'allkeys-lru');
    let taken = 0;
    const consumer = createDeliveryConsumers(harness.settings, {
      concurrency: 1,
      async process() {
        taken += 1;
        return { kind: 'done' };
      },
    });
    try {
      await expect(consumer.ready()).rejects.toMatchObject({ code: 'wrong_eviction_policy' });
      await admin.config('SET', 'maxmemory-policy', 'noeviction');
      await waitFor('the job', () => taken === 1);
      await waitFor('its state', () => consumer.state() === 'ok');
    } finally {
      await consumer.close();
    }
  });

  test('is no longer added to once it would evict', async () => {
    const producer = await harness.producer();
    await admin.config('SET', 'maxmemory-policy', 'allkeys-lru');
    await waitFor('no room', async () => !(await producer.hasRoom()));
    await expect(producer.enqueueDeliveries([someDelivery()])).rejects.toMatchObject({
      code: 'wrong_eviction_policy',
    });
  });

  test('is refused at once when it refuses our password, which the message leaves out', async () => {
    const guarded = await startOwnRedis({ args: ['--requirepass', 'right-one'] });
    try {
      const url = `redis://:wrong-canary@127.0.0.1:${guarded.port}`;
      const opened = createProducer({ ...harness.settings, backend: { kind: 'redis', url } });
      await expect(opened).rejects.toMatchObject({ code: 'queue_unavailable' });
      expect(JSON.stringify(harness.lines)).not.toContain('canary');
    } finally {
      await guarded.stop();
    }
  });
});
