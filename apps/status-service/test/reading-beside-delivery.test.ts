import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { DEFAULT_RETRY_POLICY } from '@tocsin/contract';
import { createHttpHandler, listen, mergeHttpHandlers, READS_RUNNING_MAX } from '@tocsin/http';
import { createLifecycle, createMetrics, type Lifecycle } from '@tocsin/service';
import type { DispatchedDelivery } from '@tocsin/status-gateway';
import { connectDatabase, type Database, READS_POOL_MAX, type Transaction } from '@tocsin/store';
import { waitFor } from '@tocsin/testkit';
import { pino } from 'pino';
import { deliveryIdOf } from '../src/delivery/delivery-row.ts';
import { createReadApi, createStatusService, type StatusService } from '../src/index.ts';
import {
  alertIds,
  createOpenQueues,
  createResendHarness,
  outcomeOf,
  type ResendHarness,
} from './resend-harness.ts';
import { A } from './scene.ts';

let lifecycle: Lifecycle;
let harness: ResendHarness;
let reads: Database;
let service: StatusService;
let url: string;
let queued: DispatchedDelivery[];
/** Holds a lock for which statistics wait as they are read, and nothing that is committed. */
let holder: Transaction | undefined;

beforeEach(async () => {
  queued = [];
  const log = pino({ level: 'silent' });
  lifecycle = createLifecycle(log);
  harness = lifecycle.own('harness', await createResendHarness());
  // As many as the read API has; with time to wait for the lock.
  reads = lifecycle.own(
    'reads',
    connectDatabase({
      databaseUrl: harness.url,
      poolMax: READS_POOL_MAX,
      applicationName: 'reads',
      outage: harness.database.outage,
      log,
    }),
  );
  const metrics = createMetrics('status-service');
  service = createStatusService(
    {
      database: harness.database,
      reads,
      queues: createOpenQueues(queued),
      sendSystemAlert: async () => undefined,
      log,
      metrics,
    },
    { defaults: DEFAULT_RETRY_POLICY, shards: 1, expireDays: 100_000, retentionDays: 100_000 },
  );
  // Its loops would take samples of the statistics.
  await service.close();
  const handler = createHttpHandler({
    ...mergeHttpHandlers([service, createReadApi({ reads })]),
    service: 'status-service',
    authenticate: async (key) => ({
      keyId: key ?? '',
      keyName: 'test',
      scopes: ['alerts:read', 'deliveries:resend'],
    }),
    rateLimitPerSecond: 10_000,
    log,
    metrics,
  });
  ({ url } = lifecycle.own('http server', await listen(handler, { port: 0, host: '127.0.0.1' })));
});

afterEach(async () => {
  await letGo();
  await lifecycle.close();
});

async function holdStatistics(): Promise<void> {
  holder = await harness.database.pool.connect();
  await holder.query('BEGIN; LOCK TABLE stats_samples IN ACCESS EXCLUSIVE MODE');
}

async function letGo(): Promise<void> {
  await holder?.query('ROLLBACK');
  holder?.release();
  holder = undefined;
}

async function call(method: string, path: string, key: string) {
  const response = await fetch(`${url}${path}`, { method, headers: { authorization: key } });
  return { status: response.status, body: await response.json() };
}

const readStats = (key: string) => call('GET', '/v1/stats', key);
const busy = () => reads.pool.totalCount - reads.pool.idleCount;

test('while readers hold every connection for reads, and more wait, an outcome is committed and lets the next delivery through', async () => {
  await harness.deliver(alertIds(2), [A], { end: 'failed' });
  await harness.database.pool.query('UPDATE destinations SET max_in_flight = 1 WHERE id = $1', [A]);
  for (const alertId of alertIds(2)) {
    const path = `/v1/deliveries/${deliveryIdOf(alertId, A)}/resend`;
    expect((await call('POST', path, 'operator')).status).toBe(202);
  }
  expect(queued).toHaveLength(1);
  await holdStatistics();
  const keys = Array.from({ length: READS_POOL_MAX }, (_, n) => `reader ${n}`);
  const answers = Promise.all(keys.flatMap((key) => [readStats(key), readStats(key)]));
  await waitFor(() => busy() === READS_POOL_MAX && reads.pool.waitingCount >= READS_POOL_MAX, {
    describe: 'readers that hold all connections for reads',
  });
  expect(await service.gateway.commitOutcomes([outcomeOf(queued[0]!, 'succeeded')])).toEqual([
    { kind: 'succeeded' },
  ]);
  expect(queued).toHaveLength(2);
  expect([busy(), reads.pool.waitingCount >= READS_POOL_MAX]).toEqual([READS_POOL_MAX, true]);
  expect(await harness.rounds()).toEqual({ '2 pending': 1, '2 succeeded': 1 });
  await letGo();
  expect((await answers).map(({ status }) => status)).toEqual(Array(2 * READS_POOL_MAX).fill(200));
});

test('one key that reads as much as it can holds its few connections, and another key reads meanwhile', async () => {
  await harness.deliver(alertIds(1), [A], { end: 'failed' });
  await holdStatistics();
  const answers = Promise.all(Array.from({ length: 20 }, () => readStats('greedy')));
  await waitFor(() => busy() >= READS_RUNNING_MAX, { describe: 'what the key may read at once' });
  for (const path of ['/v1/alerts', '/v1/deliveries', '/v1/resends']) {
    expect((await call('GET', path, 'other')).status).toBe(200);
    expect(busy()).toBe(READS_RUNNING_MAX);
  }
  await letGo();
  expect((await answers).map(({ status }) => status)).toEqual(Array(20).fill(200));
});
