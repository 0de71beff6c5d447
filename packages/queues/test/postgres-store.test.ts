import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createFaultProxy, createTestDatabase, type TestDatabase } from '@tocsin/testkit';
import { DEFAULT_SCHEMA, MIGRATION_ADVISORY_LOCK_KEY } from 'bullmq';
import pg from 'pg';
import { connectionsNeeded, createDeliveryConsumers, createProducer } from '../src/index.ts';
import { createQueueHarness, enqueueDelayed, type QueueHarness, someDelivery } from './queue-harness.ts';
import { waitFor } from './wait-for.ts';

let database: TestDatabase;
let harness: QueueHarness;

beforeEach(async () => {
  database = await createTestDatabase('queues');
  harness = createQueueHarness({ kind: 'postgres', databaseUrl: database.url });
});

afterEach(async () => {
  await harness.close();
  await database.drop();
});

async function countOf(sql: string): Promise<number> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    const { rows } = await client.query<{ count: string }>(sql);
    return Number(rows[0]!.count);
  } finally {
    await client.end();
  }
}

describe('the queues on Postgres', () => {
  test('a consumer that comes first makes the tables, in the schema of its settings', async () => {
    const own = createQueueHarness({ kind: 'postgres', databaseUrl: database.url, schema: 'own_queues' });
    try {
      let taken = 0;
      await own.deliveryConsumer({
        async process() {
          taken += 1;
          return { kind: 'done' };
        },
      });
      const producer = await own.producer();
      const job = someDelivery();
      await enqueueDelayed(producer, job, 300);
      expect(await producer.missing([job])).toEqual([false]);
      expect(await countOf('SELECT count(*) FROM own_queues.job')).toBe(1);
      await waitFor('the job', () => taken === 1);
    } finally {
      await own.close();
    }
  });

  test('they take no more connections than was said', async () => {
    const producer = await harness.producer();
    let taken = 0;
    await harness.alertConsumer({
      alertsAtOnce: 20,
      async process() {
        taken += 1;
        return { kind: 'done' };
      },
    });
    await harness.deliveryConsumer({
      concurrency: 20,
      async process() {
        taken += 1;
        return { kind: 'done' };
      },
    });
    const alerts = Array.from({ length: 100 }, () => ({ day: '2026-02-03', severityRank: 1, alerts: [] }));
    await Promise.all([
      producer.enqueueAlerts(alerts),
      producer.enqueueDeliveries(Array.from({ length: 100 }, () => someDelivery())),
    ]);
    const { queues } = await harness.board();
    await Promise.all(Array.from({ length: 20 }, () => producer.depths()));
    await Promise.all(Array.from({ length: 20 }, () => queues[0]?.getJobCounts()));
    await waitFor('all jobs', () => taken === 200);
    const open = await countOf(
      'SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
    );
    expect(open).toBe(connectionsNeeded(harness.settings));
  });

  test('are never emptied and always have room', async () => {
    const producer = await harness.producer();
    expect(await producer.wasEmptied()).toBe(false);
    expect(await producer.hasRoom()).toBe(true);
  });

  test('have one shard', async () => {
    const settings = { ...harness.settings, shards: 2 };
    await expect(createProducer(settings)).rejects.toMatchObject({ code: 'invalid_settings' });
    const consume = () =>
      createDeliveryConsumers(settings, { concurrency: 1, process: async () => ({ kind: 'done' }) });
    expect(consume).toThrow(expect.objectContaining({ code: 'invalid_settings' }));
  });
});

describe('while Postgres is unavailable', () => {
  test('a producer whose connection breaks while the tables are made is refused, and no error goes unheard', async () => {
    const proxy = await createFaultProxy({ target: database.url });
    const holder = new pg.Client({ connectionString: database.url });
    await holder.connect();
    const cutOff = createQueueHarness({ kind: 'postgres', databaseUrl: proxy.url });
    try {
      // The lock under which BullMQ makes its tables: a process that wants it waits and holds a connection.
      await holder.query(
        `SELECT pg_advisory_lock(${MIGRATION_ADVISORY_LOCK_KEY}, hashtext('${DEFAULT_SCHEMA}'))`,
      );
      const refused = expect(cutOff.producer()).rejects.toMatchObject({ code: 'queue_unavailable' });
      await waitFor(
        'a connection that waits for the lock',
        async () =>
          (await countOf(
            `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'advisory'`,
          )) > 0,
      );
      await proxy.refuse();
      await refused;
    } finally {
      await holder.end();
      await cutOff.close();
      await proxy.close();
    }
  });

  test('a producer is refused, and a consumer waits, makes its worker anew, and works', async () => {
    const proxy = await createFaultProxy({ target: database.url });
    await proxy.refuse();
    const cutOff = createQueueHarness({ kind: 'postgres', databaseUrl: proxy.url });
    try {
      await expect(cutOff.producer()).rejects.toMatchObject({ code: 'queue_unavailable' });
      let taken = 0;
      const consumer = cutOff.deliveryConsumer({
        async process() {
          taken += 1;
          return { kind: 'done' };
        },
      });
      await waitFor('its failure to start', () => cutOff.lines.length > 0);
      await proxy.pass();
      await consumer;
      const producer = await cutOff.producer();
      await producer.enqueueDeliveries([someDelivery()]);
      await waitFor('the job', () => taken === 1);

      await proxy.refuse();
      await expect(producer.enqueueDeliveries([someDelivery()])).rejects.toMatchObject({
        code: 'queue_unavailable',
      });
      const until = performance.now() + 2_000;
      await waitFor('a while', () => performance.now() > until);
      expect(cutOff.lines.length).toBeLessThan(15);
      await proxy.pass();
      await waitFor('an add', () =>
        producer.enqueueDeliveries([someDelivery()]).then(
          () => true,
          () => false,
        ),
      );
      await waitFor('the second job', () => taken >= 2);

      await proxy.refuse();
      await cutOff.close();
    } finally {
      await cutOff.close();
      await proxy.close();
    }
  });
});
