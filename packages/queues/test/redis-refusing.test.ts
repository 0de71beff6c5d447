import { afterEach, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { createProducer } from '../src/index.ts';
import { describeOnOwnRedis, startOwnRedis } from './own-redis.ts';
import { createRecordingLog } from './recording-log.ts';
import { waitFor } from './wait-for.ts';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function openRedis(args: string[] = []) {
  const redis = await startOwnRedis({ args });
  closers.push(() => redis.stop());
  return redis;
}

async function openProducer(url: string) {
  const producer = await createProducer({
    backend: { kind: 'redis', url },
    shards: 1,
    log: createRecordingLog().log,
  });
  closers.push(() => producer.close());
  return producer;
}

describeOnOwnRedis('a Redis that answers and takes no jobs is named in the readiness report', () => {
  test('while it is a replica, and no longer', async () => {
    const primary = await openRedis();
    const replica = await openRedis(['--replicaof', '127.0.0.1', String(primary.port)]);
    const producer = await openProducer(replica.url);
    const report = /^unavailable: Redis takes no jobs: READONLY [^\n]*replica\.?$/;
    await waitFor('the report', async () => report.test(await producer.state()));
    const admin = new Redis(replica.url);
    closers.push(async () => admin.disconnect());
    await admin.replicaof('NO', 'ONE');
    await waitFor('the end of it', async () => (await producer.state()) === 'ok');
  });

  test('where it lets this user run no scripts', async () => {
    const { port } = await openRedis([
      '--user',
      'tocsin',
      'on',
      '>word',
      '~*',
      '&*',
      '+@all',
      '-eval',
      '-evalsha',
    ]);
    const producer = await openProducer(`redis://tocsin:word@127.0.0.1:${port}`);
    expect(await producer.state()).toMatch(/^unavailable: Redis takes no jobs: NOPERM .*'eval' command/);
  });

  test('where too few replicas follow it', async () => {
    const { url } = await openRedis(['--min-replicas-to-write', '1']);
    const producer = await openProducer(url);
    expect(await producer.state()).toMatch(/^unavailable: Redis takes no jobs: NOREPLICAS /);
  });
});
