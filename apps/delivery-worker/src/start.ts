import { createEgress } from '@tocsin/egress';
import { createAuthenticator, createHttpHandler, listen } from '@tocsin/http';
import { createOutage } from '@tocsin/outage';
import { createDeliveryConsumers } from '@tocsin/queues';
import { createSealer, parseSecretKeys } from '@tocsin/secrets';
import { createMetrics, type Lifecycle, type Logger, tocsinVersion } from '@tocsin/service';
import { aboutStatusService, createStatusGatewayClient } from '@tocsin/status-gateway';
import { connectDatabase, createDestinationDirectory, findApiKey, findSession, migrate } from '@tocsin/store';
import { createWebhookSender } from '@tocsin/webhook';
import type { Config } from './config.ts';
import { createDeliveryWorker } from './service.ts';

/** Opens everything this process needs, in order. */
export async function start(config: Config, lifecycle: Lifecycle, log: Logger): Promise<void> {
  const metrics = createMetrics('delivery-worker');
  const database = lifecycle.own(
    'database',
    connectDatabase({
      databaseUrl: config.DATABASE_URL,
      poolMax: 6,
      applicationName: 'tocsin delivery-worker',
      log,
    }),
  );
  const sealer = createSealer(parseSecretKeys(config.TOCSIN_SECRET_KEYS));
  await migrate(database, { sealer, log });
  const gateway = createStatusGatewayClient({
    statusUrl: config.TOCSIN_STATUS_URL,
    serviceToken: config.TOCSIN_SERVICE_TOKEN,
    log,
  });
  const statusOutage = lifecycle.own(
    'outage of the status service',
    createOutage({ ...aboutStatusService(gateway), log }),
  );
  const egress = lifecycle.own(
    'egress',
    createEgress({
      allow: config.TOCSIN_EGRESS_ALLOW,
      caFile: config.TOCSIN_EGRESS_CA_FILE,
      ownServices: [
        config.DATABASE_URL,
        config.REDIS_URL,
        config.TOCSIN_STATUS_URL,
        ...config.TOCSIN_OWN_URLS,
      ],
    }),
  );
  const sender = lifecycle.own(
    'webhook sender',
    createWebhookSender({ agents: egress.agents, userAgent: `Tocsin/${tocsinVersion()}`, log }),
  );
  const worker = lifecycle.own(
    'delivery worker',
    createDeliveryWorker({
      database,
      outages: [database.outage, statusOutage],
      directory: createDestinationDirectory({ database, sealer }),
      gateway,
      sender,
      consume: (process) =>
        createDeliveryConsumers(
          { backend: { kind: 'redis', url: config.REDIS_URL }, shards: config.TOCSIN_DELIVERY_SHARDS, log },
          { concurrency: config.TOCSIN_WORKER_CONCURRENCY, process },
        ),
      log,
      metrics,
    }),
  );
  await worker.started();
  const handler = createHttpHandler({
    service: 'delivery-worker',
    routes: [],
    readiness: worker.readiness,
    authenticate: createAuthenticator({
      findKey: (id) => findApiKey(database, id),
      findSession: (tokenHash) => findSession(database, tokenHash),
    }),
    rateLimitPerSecond: config.TOCSIN_RATE_LIMIT,
    log,
    metrics,
    isDraining: lifecycle.isClosing,
  });
  const server = lifecycle.own(
    'http server',
    await listen(handler, { port: config.PORT, host: config.HOST }),
  );
  egress.reservePort(server.port);
  log.info({ url: server.url }, 'listening');
}
