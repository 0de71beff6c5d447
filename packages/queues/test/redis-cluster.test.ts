import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  createDeliveryConsumers,
  createProducer,
  createQueueBoardSource,
  type QueueSettings,
} from '../src/index.ts';
import { describeOnOwnRedis, findClusterPort, type OwnRedis, startOwnRedis } from './own-redis.ts';
import { createRecordingLog } from './recording-log.ts';
import { waitFor } from './wait-for.ts';

const CLUSTER = ['--cluster-enabled', 'yes'];

describeOnOwnRedis('a Redis in cluster mode', () => {
  let redis: OwnRedis;
  let settings: QueueSettings;

  beforeAll(async () => {
    redis = await startOwnRedis({ port: await findClusterPort(), args: CLUSTER });
    settings = { backend: { kind: 'redis', url: redis.url }, shards: 2, log: createRecordingLog().log };
  });
  afterAll(async () => {
    await redis?.stop();
  });

  test('is refused by producers, consumers and the board, in a sentence', async () => {
    const refusal = {
      code: 'cluster_mode',
      message: expect.stringContaining('cluster mode, which is not supported'),
    };
    await expect(createProducer(settings)).rejects.toMatchObject(refusal);
    await expect(createQueueBoardSource(settings)).rejects.toMatchObject(refusal);
    const consumer = createDeliveryConsumers(settings, {
      concurrency: 2,
      process: async () => ({ kind: 'done' }),
    });
    await expect(consumer.started()).rejects.toMatchObject(refusal);
    expect(consumer.state()).toBe('cluster_mode');
    await consumer.close();
  });

  test('that takes the place of another one is named in the readiness report', async () => {
    const single = await startOwnRedis({ port: await findClusterPort() });
    const own = { ...settings, backend: { kind: 'redis' as const, url: single.url } };
    const producer = await createProducer(own);
    const consumer = createDeliveryConsumers(own, {
      concurrency: 2,
      process: async () => ({ kind: 'done' }),
    });
    await consumer.started();
    expect(await producer.state()).toBe('ok');
    await single.stop();
    await waitFor('the outage', async () => (await producer.state()).startsWith('unavailable'));
    const cluster = await startOwnRedis({ port: single.port, args: CLUSTER });
    try {
      await waitFor('the report', async () => (await producer.state()).includes('cluster mode'));
      await waitFor('the state', () => consumer.state() === 'cluster_mode');
      expect(await producer.hasRoom()).toBe(false);
    } finally {
      await Promise.all([producer.close(), consumer.close({ timeoutMs: 100 })]);
      await cluster.stop();
    }
  });
});
