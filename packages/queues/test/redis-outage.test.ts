import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  createFaultProxy,
  expectNoLeaks,
  type FaultProxy,
  flushRedisPrefix,
  type OpenHandles,
  openHandles,
  provideRedis,
  testRedisPrefix,
} from '@tocsin/testkit';
import {
  createDeliveryConsumers,
  createProducer,
  createQueueBoardSource,
  createQueueOutage,
  type Producer,
  type QueueBoardSource,
} from '../src/index.ts';
import { describeOnOwnRedis, startOwnRedis } from './own-redis.ts';
import {
  createQueueHarness,
  enqueueDelayed,
  type QueueHarness,
  SHORT_LOCKS,
  someDelivery,
} from './queue-harness.ts';
import { waitFor } from './wait-for.ts';

let prefix: string;
let redisUrl: string;
let proxy: FaultProxy;
let harness: QueueHarness;
let before: OpenHandles;

beforeEach(async () => {
  prefix = testRedisPrefix();
  redisUrl = (await provideRedis()).url;
  proxy = await createFaultProxy({ target: redisUrl });
  before = openHandles();
  harness = createQueueHarness({ kind: 'redis', url: proxy.url, prefix }, { shards: 2, ...SHORT_LOCKS });
});

afterEach(async () => {
  await harness.close();
  await expectNoLeaks(before);
  await proxy.close();
  await flushRedisPrefix(redisUrl, `{${prefix}`);
  await flushRedisPrefix(redisUrl, prefix);
});

async function isAdded(producer: Producer): Promise<boolean> {
  await producer.enqueueDeliveries([someDelivery({ shard: 1 })]);
  return true;
}

async function countingConsumer(): Promise<{ taken: () => number }> {
  let taken = 0;
  await harness.deliveryConsumer({
    concurrency: 2,
    async process() {
      taken += 1;
      return { kind: 'done' };
    },
  });
  return { taken: () => taken };
}

/** What the log says: events, or else the text; but not how busy this machine is. */
const said = ({ lines }: QueueHarness) =>
  lines
    .filter(({ level, message }) => level !== 'debug' && !message.startsWith('process stood still'))
    .map(({ fields, message }) => (fields as { event?: string }).event ?? message);

describe('while Redis is unavailable', () => {
  test('adds fail at once, there is no room, and the log is not flooded', async () => {
    const producer = await harness.producer();
    await countingConsumer();
    await proxy.refuse();
    await waitFor('no room', async () => !(await producer.hasRoom()));
    const calls = [
      () => producer.enqueueDeliveries([someDelivery()]),
      () => producer.enqueueAlerts([{ day: '2026-02-03', severityRank: 0, alerts: [] }]),
      () => producer.missing([someDelivery()]),
      () => producer.wasEmptied(),
      () => producer.depths(),
    ];
    for (const call of calls) {
      const refused = expect(call()).rejects.toMatchObject({ code: 'queue_unavailable' });
      await refused;
    }
    const until = performance.now() + 3_000;
    await waitFor('a while', () => performance.now() > until);
    expect(harness.lines.length).toBeLessThan(10);
  });

  test.each([
    ['refuses', () => proxy.refuse()],
    ['is silent', () => proxy.hang()],
  ])('all parts of a process say in two lines that it %s', async (_, interrupt) => {
    const { backend, log } = harness.settings;
    const outage = createQueueOutage({ backend, log });
    const shared = { ...harness.settings, outage };
    const producer = await createProducer(shared);
    const board = await createQueueBoardSource(shared);
    const consumer = createDeliveryConsumers(shared, {
      concurrency: 4,
      process: async () => ({ kind: 'done' }),
    });
    try {
      await consumer.ready();
      await interrupt();
      await waitFor('the first line', async () => {
        await producer.enqueueDeliveries([someDelivery()]).catch(() => undefined);
        await board.queues[0]?.getJobCounts().catch(() => undefined);
        return said(harness).length > 0;
      });
      await waitFor('no connection to be left', () => consumer.state() === 'unavailable');
      await proxy.reset();
      await proxy.pass();
      await waitFor('the consumer', () => consumer.state() === 'ok');
      await waitFor('an add', () => isAdded(producer));
      await waitFor('the end', () => !outage.isOn());
      expect(said(harness)).toEqual(['redis.unavailable', 'redis.available']);
    } finally {
      await Promise.all([producer.close(), board.close(), consumer.close({ timeoutMs: 100 })]);
      outage.close();
    }
  });

  test('jobs are taken soon after its return', async () => {
    const producer = await harness.producer();
    const { taken } = await countingConsumer();
    await proxy.refuse();
    const until = performance.now() + 6_000;
    await waitFor('a while', () => performance.now() > until);
    await proxy.pass();
    // Adds that were refused are made up for, so that there may be more than one.
    await waitFor('an add', () => isAdded(producer));
    await waitFor('the job', () => taken() > 0);
  });

  test('an active job ends, and comes back so that its end is recorded', async () => {
    const producer = await harness.producer();
    let runs = 0;
    await harness.deliveryConsumer({
      async process() {
        runs += 1;
        if (runs === 1) await proxy.refuse();
        return { kind: 'done' };
      },
    });
    const job = someDelivery();
    await producer.enqueueDeliveries([job]);
    await waitFor('the run', () => runs > 0);
    const until = performance.now() + 1_500;
    await waitFor('the lock to expire', () => performance.now() > until);
    await proxy.pass();
    await waitFor('its end', () =>
      producer.missing([job]).then(
        ([missing]) => missing,
        () => false,
      ),
    );
  });

  test.each(['idle', 'busy'])('an %s consumer and the producer close in time', async (state) => {
    const producer = await harness.producer();
    let started = false;
    const consumer = await harness.deliveryConsumer({
      async process(_, { signal }) {
        started = true;
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        return { kind: 'done' };
      },
    });
    if (state === 'busy') {
      await producer.enqueueDeliveries([someDelivery()]);
      await waitFor('the job', () => started);
    }
    await proxy.refuse();
    await waitFor('no room', async () => !(await producer.hasRoom()));
    await consumer.close({ timeoutMs: 1_500 });
    await producer.close();
  });

  test('both start, work once it is there, and can be closed before', async () => {
    await proxy.refuse();
    const unused = createDeliveryConsumers(harness.settings, {
      concurrency: 1,
      process: async () => ({ kind: 'done' }),
    });
    await unused.close();
    await expect(unused.ready()).rejects.toMatchObject({ code: 'closed' });
    const producer = await harness.producer();
    expect(await producer.hasRoom()).toBe(false);
    const waiting = createDeliveryConsumers(harness.settings, {
      concurrency: 1,
      process: async () => ({ kind: 'done' }),
    });
    await waiting.started();
    expect(waiting.state()).toBe('unavailable');
    await waiting.close();
    const consumer = countingConsumer();
    await proxy.pass();
    const { taken } = await consumer;
    // Adds that were refused are made up for, so that there may be more than one.
    await waitFor('an add', () => isAdded(producer));
    await waitFor('the job', () => taken() > 0);
  });
});

describe('when sockets die without a word', () => {
  test('adds fail within seconds, and jobs are taken again before long', async () => {
    const producer = await harness.producer();
    const { taken } = await countingConsumer();
    await proxy.hang();
    const refused = expect(producer.enqueueDeliveries([someDelivery()])).rejects.toMatchObject({
      code: 'queue_timeout',
    });
    await refused;
    await proxy.pass();
    await waitFor('an add', () => isAdded(producer));
    await waitFor('the job', () => taken() >= 1);
  });
});

describeOnOwnRedis('a Redis restarted empty', () => {
  test('is noticed, and works on', async () => {
    let server = await startOwnRedis();
    const own = createQueueHarness({ kind: 'redis', url: server.url });
    try {
      const producer = await own.producer();
      let taken = 0;
      await own.deliveryConsumer({
        async process() {
          taken += 1;
          return { kind: 'done' };
        },
      });
      expect(await producer.wasEmptied()).toBe(true);
      await producer.acknowledgeEmptied();
      expect(await producer.wasEmptied()).toBe(false);
      const job = someDelivery();
      await enqueueDelayed(producer, job, 60_000);
      await server.stop();
      server = await startOwnRedis({ port: server.port });
      await waitFor('the emptying to be noticed', () => producer.wasEmptied());
      expect(await producer.missing([job])).toEqual([true]);
      await producer.enqueueDeliveries([{ ...job, dispatchNumber: 2 }]);
      await waitFor('the job', () => taken === 1);
    } finally {
      await own.close();
      await server.stop();
    }
  });
});

describe('a board while Redis is unavailable', () => {
  const ask = async (board: QueueBoardSource) => board.queues[0]?.getJobCounts();

  test('opens at once, refuses at once, works once it is there, and closes in time', async () => {
    await proxy.refuse();
    const opening = harness.board();
    await opening;
    const board = await opening;
    await expect(ask(board)).rejects.toThrow();
    await proxy.pass();
    await waitFor('an answer', () =>
      ask(board).then(
        () => true,
        () => false,
      ),
    );
    await proxy.refuse();
    await board.close();
  });

  test('refuses within seconds, and closes in time, when its socket died without a word', async () => {
    const board = await harness.board();
    await waitFor('an answer', () =>
      ask(board).then(
        () => true,
        () => false,
      ),
    );
    await proxy.hang();
    await expect(ask(board)).rejects.toThrow();
    await board.close();
    await proxy.reset();
  });

  test('leaves no trace of having looked', async () => {
    const board = await harness.board();
    await waitFor('an answer', () =>
      ask(board).then(
        () => true,
        () => false,
      ),
    );
    await board.queues[0]?.getJobs();
    await board.close();
    expect(await flushRedisPrefix(redisUrl, `{${prefix}`)).toBe(0);
  });
});
