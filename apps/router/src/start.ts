import { createAuthenticator, createHttpHandler, listen } from '@tocsin/http';
import { createOutage } from '@tocsin/outage';
import { createAlertConsumer, createProducer, createQueueOutage, type QueueSettings } from '@tocsin/queues';
import { createSealer, parseSecretKeys } from '@tocsin/secrets';
import { createMetrics, type Lifecycle, type Logger } from '@tocsin/service';
import { aboutStatusService, createStatusGatewayClient } from '@tocsin/status-gateway';
import { connectDatabase, createRoutingDirectory, findApiKey, findSession, migrate } from '@tocsin/store';
import type { Config } from './config.ts';
import { createRouter } from './service.ts';

/** Alert jobs at once. Each holds up to 200 alerts, and a waiting one of higher severity cannot overtake those taken. */
const JOBS_AT_ONCE = 8;

/** Opens everything this process needs, in order. */
export async function start(config: Config, lifecycle: Lifecycle, log: Logger): Promise<void> {
  const metrics = createMetrics('router');
  const database = lifecycle.own(
    'database',
    connectDatabase({
      databaseUrl: config.DATABASE_URL,
      poolMax: 3,
      applicationName: 'tocsin router',
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
  const backend = { kind: 'redis' as const, url: config.REDIS_URL };
  const queues: QueueSettings = {
    backend,
    shards: config.TOCSIN_DELIVERY_SHARDS,
    log,
    outage: lifecycle.own('outage of the queues', createQueueOutage({ backend, log })),
  };
  const producer = lifecycle.own('queues', await createProducer(queues));
  const router = lifecycle.own(
    'router',
    createRouter({
      outages: [database.outage, statusOutage],
      directory: createRoutingDirectory(database),
      gateway,
      queues: producer,
      consume: (process) => createAlertConsumer(queues, { concurrency: JOBS_AT_ONCE, process }),
      log,
      metrics,
    }),
  );
  await router.started();
  const handler = createHttpHandler({
    service: 'router',
    routes: [],
    readiness: router.readiness,
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
  log.info({ url: server.url }, 'listening');
}
