import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from '@jest/globals';
import { type AlertSet, createReceiver, loadAlertSets, type Receiver, waitFor } from '@tocsin/testkit';
import pg from 'pg';
import { receiverPath, summariseReceived } from './summarise-received.ts';
import { type Backend, createStorage, startTocsin, type TestStorage, type Tocsin } from './tocsin-process.ts';

// The real alerts where they are.
const set = loadAlertSets().at(-1) as AlertSet;
const KILLS = 5;
/** The receiver takes a moment for its answer, so that a kill finds POSTs under way. */
const ANSWER_MS = 20;
/** These two keep a run as long for few alerts as for many, so that every kill finds deliveries under way. */
const BATCHES = 20;
const DELIVERIES_PER_SLOT = 66;

let storage: TestStorage;
let receiver: Receiver;
let tocsin: Tocsin;

const SLOTS = Math.ceil(set.expected.totalDeliveries / DELIVERIES_PER_SLOT);

async function start(): Promise<void> {
  const TOCSIN_WORKER_CONCURRENCY = `${SLOTS}`;
  tocsin = await startTocsin({ ...storage.env, TOCSIN_WORKER_CONCURRENCY, LOG_LEVEL: 'warn' });
}

async function setUp(backend: Backend): Promise<void> {
  storage = await createStorage(backend);
  receiver = await createReceiver({
    script: async () => {
      await sleep(ANSWER_MS);
      return {};
    },
  });
  await start();
  for (const destination of set.destinations) {
    const url = `${receiver.url}${receiverPath(destination)}`;
    await tocsin.api('POST', '/v1/destinations', { ...destination, url });
  }
}

afterEach(async () => {
  await tocsin?.process.stop();
  await receiver?.close();
  await storage?.remove();
});

/** Sends all alerts in small batches, each again and again until it is answered 202, as a good producer does. */
async function sendAll(): Promise<void> {
  const all = set.lines;
  const batch = Math.ceil(all.length / BATCHES);
  for (let from = 0; from < all.length; from += batch) {
    const lines = all.slice(from, from + batch).join('\n');
    await waitFor(
      async () => (await tocsin.api('POST', '/v1/alerts', lines, 'application/x-ndjson')).status === 202,
      {
        intervalMs: 100,
      },
    );
  }
}

const receivedIds = () => new Set(receiver.requests.map(({ headers }) => headers['webhook-id'] as string));

async function waitForAll(): Promise<void> {
  await waitFor(() => receivedIds().size === set.expected.totalDeliveries, {
    timeoutMs: 120_000,
    describe: () => `all deliveries; there are ${receivedIds().size}`,
  });
  await waitFor(
    async () => (await tocsin.api('GET', '/v1/deliveries?status=pending,retrying')).body.items.length === 0,
    { describe: 'nothing to be open' },
  );
  expect(summariseReceived(receiver.requests, set)).toEqual(set.expected.perDestination);
}

async function countAttempts(): Promise<number> {
  const client = new pg.Client({ connectionString: storage.env.DATABASE_URL });
  await client.connect();
  try {
    const { rows } = await client.query('SELECT count(*)::int AS count FROM attempts');
    return rows[0].count;
  } finally {
    await client.end();
  }
}

describe(`every delivery of ${set.lines.length} ${set.what} is made`, () => {
  test.each(['postgres', 'redis'] satisfies Backend[])(
    'although the process is killed five times in the middle (%s)',
    async (backend) => {
      await setUp(backend);
      const sending = sendAll();
      // POSTs that no record tells of, over all kills so far.
      let uncommitted = 0;
      for (let kill = 1; kill <= KILLS; kill += 1) {
        const share = (kill / (KILLS + 1)) * set.expected.totalDeliveries;
        await waitFor(() => receivedIds().size >= share, { intervalMs: 5 });
        tocsin.process.kill('SIGKILL');
        await tocsin.process.exited;
        // What was sent before and is not recorded now may be sent a second time, and nothing else.
        uncommitted = receiver.requests.length - (await countAttempts());
        await start();
      }
      await sending;
      await waitForAll();
      const second = receiver.requests.length - set.expected.totalDeliveries;
      expect(second).toBeLessThanOrEqual(uncommitted);
    },
  );

  test('although Redis is emptied twice in the middle', async () => {
    await setUp('redis');
    const sending = sendAll();
    for (const share of [0.3, 0.6]) {
      await waitFor(() => receivedIds().size >= share * set.expected.totalDeliveries, {
        intervalMs: 5,
      });
      await storage.emptyRedis();
    }
    await sending;
    await waitForAll();
    // Only what was between POST and commit when Redis was emptied may have been sent twice.
    const second = receiver.requests.length - set.expected.totalDeliveries;
    expect(second).toBeLessThanOrEqual(2 * SLOTS);
  });
});
