import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { DEFAULT_RETRY_POLICY } from '@tocsin/contract';
import { createDeliveryWorker } from '@tocsin/delivery-worker';
import { createEgressPolicy, createGuardedAgents, parseCidrList } from '@tocsin/egress';
import { createIngestApi } from '@tocsin/ingest-api';
import {
  createAlertConsumer,
  createDeliveryConsumers,
  createProducer,
  type QueueSettings,
} from '@tocsin/queues';
import { createRouter } from '@tocsin/router';
import { createSealer, generateSecretKeys, parseSecretKeys, type Sealer } from '@tocsin/secrets';
import { createLifecycle, createLogger, createMetrics } from '@tocsin/service';
import { createStatusService } from '@tocsin/status-service';
import { connectDatabase, createDestinationDirectory, type Database, sealContext } from '@tocsin/store';
import {
  createReceiver,
  createTestDatabase,
  findFreePort,
  type Receiver,
  testWhen,
  waitFor,
} from '@tocsin/testkit';
import { createWebhookSender } from '@tocsin/webhook';
import { Redis } from 'ioredis';

const describeOnRedis = testWhen(
  describe,
  spawnSync('redis-server', ['--version']).status === 0,
  'stopping a Redis needs redis-server on the PATH',
);

/** So seldom that nothing in this test is the dispatcher's doing, unless somebody wakes it. */
const NEVER_MS = 3_600_000;
const DESTINATION = '01a221fa-d997-7145-a7e8-49cd5a3c954b';
const LONG_MS = 30_000;

describeOnRedis(
  'after an interruption of Redis, what was accepted meanwhile is delivered by the process that could not enqueue it',
  () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'tocsin-return-'));
    const log = createLogger({ level: 'silent', service: 'test' });
    const lifecycle = createLifecycle(log);
    let port: number;
    let server: ReturnType<typeof spawn>;
    let database: Database;
    let receiver: Receiver;
    let accept: (alert: Record<string, unknown>) => Promise<void>;
    let sent = 0;

    async function startRedis(): Promise<void> {
      const kept = [
        '--port',
        `${port}`,
        '--bind',
        '127.0.0.1',
        '--dir',
        folder,
        '--save',
        '',
        '--appendonly',
        'yes',
      ];
      server = spawn('redis-server', kept, { stdio: ['ignore', 'pipe', 'inherit'] });
      await new Promise<void>((resolve) => {
        server.stdout?.on('data', (text: Buffer) => {
          if (text.includes('Ready to accept connections')) resolve();
        });
      });
    }

    async function stopRedis(): Promise<void> {
      server.kill('SIGTERM');
      if (server.exitCode === null) await once(server, 'exit');
    }

    beforeAll(async () => {
      port = await findFreePort();
      await startRedis();
      receiver = await createReceiver();
      const home = await createTestDatabase('return', { isMigrated: true });
      lifecycle.own('home', { close: () => home.drop() });
      database = lifecycle.own(
        'database',
        connectDatabase({ databaseUrl: home.url, poolMax: 12, applicationName: 'return', log }),
      );
      const sealer = createSealer(parseSecretKeys(generateSecretKeys()));
      await insertDestination(database, sealer, `${receiver.url}/hook`);
      const settings: QueueSettings = {
        backend: { kind: 'redis', url: `redis://127.0.0.1:${port}` },
        shards: 2,
        log,
      };
      // Each service has connections of its own, as in a process of its own.
      const producer = async (name: string) => lifecycle.own(name, await createProducer(settings));
      const metrics = () => createMetrics('test');
      const directory = createDestinationDirectory({ database, sealer });
      const status = lifecycle.own(
        'status',
        createStatusService(
          {
            database,
            reads: database,
            queues: await producer('status queues'),
            sendSystemAlert: async () => undefined,
            log,
            metrics: metrics(),
          },
          {
            defaults: DEFAULT_RETRY_POLICY,
            shards: 2,
            expireDays: 7,
            retentionDays: 30,
            dispatchEveryMs: NEVER_MS,
          },
        ),
      );
      const agents = createGuardedAgents({
        policy: createEgressPolicy({ allow: parseCidrList('127.0.0.0/8') }),
      });
      lifecycle.own(
        'worker',
        createDeliveryWorker({
          database,
          gatewayOutage: database.outage,
          directory,
          gateway: status.gateway,
          sealer,
          sender: createWebhookSender({ agents, userAgent: 'test', log }),
          consume: (process) => createDeliveryConsumers(settings, { concurrency: 40, process }),
          log,
          metrics: metrics(),
        }),
      );
      lifecycle.own(
        'router',
        createRouter({
          directory,
          outages: [database.outage],
          gateway: status.gateway,
          queues: await producer('router queues'),
          consume: (process, mayTake) => createAlertConsumer(settings, { process, mayTake }),
          log,
          metrics: metrics(),
        }),
      );
      const ingest = lifecycle.own(
        'ingest',
        createIngestApi(
          { database, queues: await producer('ingest queues'), log, metrics: metrics() },
          { publicUrl: 'https://tocsin.example.com', databaseUrl: home.url },
        ),
      );
      accept = ingest.acceptSystemAlert;
      await deliverAnother();
    });

    afterAll(async () => {
      await lifecycle.close();
      await receiver?.close();
      await stopRedis();
      rmSync(folder, { recursive: true, force: true });
    });

    async function acceptAnother(): Promise<string> {
      sent += 1;
      const alertId = `return-${sent}`;
      await accept({
        id: 'Rule',
        createdAt: '2026-07-01T07:57:12Z',
        severity: 'HIGH',
        type: 'RULE',
        title: 'Return',
        alertId,
      });
      return alertId;
    }

    const isDelivered = (alertId: string) =>
      receiver.requests.some((request) => JSON.parse(request.body.toString()).alertId === alertId);

    async function deliverAnother(): Promise<void> {
      const alertId = await acceptAnother();
      await waitFor(() => isDelivered(alertId), { timeoutMs: LONG_MS, describe: alertId });
    }

    /** No alert was requeued from the outbox: that is the net below, and was not needed. */
    async function expectNothingRequeued(): Promise<void> {
      const { rows } = await database.pool.query(
        'SELECT alert_id FROM alert_outbox WHERE enqueued_at IS NOT NULL',
      );
      expect(rows).toEqual([]);
    }

    test('closed connections', async () => {
      const admin = new Redis(port);
      for (let round = 0; round < 5; round += 1) {
        await admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
        const ids = [await acceptAnother(), await acceptAnother()];
        await waitFor(() => ids.every(isDelivered), { timeoutMs: LONG_MS, describe: ids.join() });
      }
      admin.disconnect();
      await expectNothingRequeued();
    });

    test('a restart, with what came before, while and after', async () => {
      const ids = [await acceptAnother()];
      await stopRedis();
      for (let n = 0; n < 20; n += 1) ids.push(await acceptAnother());
      await startRedis();
      ids.push(await acceptAnother());
      await waitFor(() => ids.every(isDelivered), {
        timeoutMs: LONG_MS,
        describe: () => ids.filter((id) => !isDelivered(id)).join(),
      });
      await expectNothingRequeued();
    });
  },
);

async function insertDestination(database: Database, sealer: Sealer, url: string): Promise<void> {
  await database.pool.query(
    `INSERT INTO destinations (id, display_name, url_origin, sealed_url, severities, alert_types, log_types, require_log_type, headers,
       include_context, enabled, timeout_ms, retry, max_in_flight)
     VALUES ($1, 'Receiver', $2, $3, '{HIGH}', '{RULE}', '{}', false, '[]', false, true, 5000, '{}', 50)`,
    [DESTINATION, new URL(url).origin, sealer.seal(url, sealContext.url(DESTINATION))],
  );
}
