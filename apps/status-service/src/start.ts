import { createProducer } from '@tocsin/queues';
import {
  createAuthenticator,
  createHttpHandler,
  createMetrics,
  type Lifecycle,
  type Logger,
  listen,
  retryPolicyOf,
} from '@tocsin/runtime';
import { connectDatabase, connectReads, findApiKey, findSession, migrate } from '@tocsin/store';
import type { Config } from './config.ts';
import { createSystemAlertSender } from './send-system-alert.ts';
import { createStatusService } from './service.ts';

/** Opens everything this process needs, in order. */
export async function start(config: Config, lifecycle: Lifecycle, log: Logger): Promise<void> {
  const metrics = createMetrics('status-service');
  const database = lifecycle.own(
    'database',
    connectDatabase({
      databaseUrl: config.DATABASE_URL,
      poolMax: 12,
      applicationName: 'tocsin status-service',
      log,
    }),
  );
  const reads = lifecycle.own(
    'database for reads',
    connectReads({
      databaseUrl: config.DATABASE_URL,
      applicationName: 'tocsin status-service reads',
      outage: database.outage,
      log,
    }),
  );
  await migrate(database, { log });
  const producer = lifecycle.own(
    'queues',
    await createProducer({
      backend: { kind: 'redis', url: config.REDIS_URL },
      shards: config.TOCSIN_DELIVERY_SHARDS,
      log,
    }),
  );
  const sendSystemAlert = createSystemAlertSender({
    ingestUrl: config.TOCSIN_INGEST_URL,
    serviceToken: config.TOCSIN_SERVICE_TOKEN,
  });
  const service = lifecycle.own(
    'status service',
    createStatusService(
      { database, reads, queues: producer, sendSystemAlert, log, metrics },
      {
        defaults: retryPolicyOf(config),
        shards: config.TOCSIN_DELIVERY_SHARDS,
        expireDays: config.TOCSIN_EXPIRE_DAYS,
        retentionDays: config.TOCSIN_RETENTION_DAYS,
      },
    ),
  );
  const handler = createHttpHandler({
    ...service,
    service: 'status-service',
    serviceToken: config.TOCSIN_SERVICE_TOKEN,
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
