import {
  createAuthenticator,
  createHttpHandler,
  type HttpPart,
  listen,
  mergeHttpHandlers,
} from '@tocsin/http';
import type { Outage } from '@tocsin/outage';
import { createProducer } from '@tocsin/queues';
import { createMetrics, type Lifecycle, type Logger, type Metrics, retryPolicyOf } from '@tocsin/service';
import {
  connectDatabase,
  connectReads,
  type Database,
  findApiKey,
  findSession,
  migrate,
  postgresState,
} from '@tocsin/store';
import type { Config, ReadsConfig } from './config.ts';
import { createReadApi } from './read-api.ts';
import { createSystemAlertSender } from './send-system-alert.ts';
import { createStatusService } from './service.ts';

const SERVICE = 'status-service';

/** Opens everything this process needs, in order: for delivery, and for the read API too unless it has a process of its own. */
export async function start(config: Config, lifecycle: Lifecycle, log: Logger): Promise<void> {
  const metrics = createMetrics(SERVICE);
  const database = lifecycle.own(
    'database',
    connectDatabase({
      databaseUrl: config.DATABASE_URL,
      poolMax: 12,
      applicationName: 'tocsin status-service',
      log,
    }),
  );
  const reads = openReads(config, { lifecycle, log, outage: database.outage });
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
  const parts = config.TOCSIN_STATUS_PARTS === 'delivery' ? [service] : [createReadApi({ reads }), service];
  const { TOCSIN_SERVICE_TOKEN: serviceToken } = config;
  await serve(mergeHttpHandlers(parts), config, { database, lifecycle, log, metrics, serviceToken });
}

/** Opens what a process needs that has the read API alone: connections for reads, and nothing to write or to enqueue with. */
export async function startReads(config: ReadsConfig, lifecycle: Lifecycle, log: Logger): Promise<void> {
  const reads = openReads(config, { lifecycle, log });
  await migrate(reads, { log });
  const readiness = async () => ({ postgres: await postgresState(reads) });
  const metrics = createMetrics(SERVICE);
  await serve({ ...createReadApi({ reads }), readiness }, config, {
    database: reads,
    lifecycle,
    log,
    metrics,
  });
}

function openReads(
  { DATABASE_URL: databaseUrl }: ReadsConfig,
  { lifecycle, ...shared }: { lifecycle: Lifecycle; log: Logger; outage?: Outage },
): Database {
  const applicationName = `tocsin ${SERVICE} reads`;
  return lifecycle.own('database for reads', connectReads({ databaseUrl, applicationName, ...shared }));
}

interface ServeDeps {
  /** Where keys and sessions are looked up. */
  database: Database;
  lifecycle: Lifecycle;
  log: Logger;
  metrics: Metrics;
  serviceToken?: string;
}

async function serve(part: HttpPart, config: ReadsConfig, deps: ServeDeps): Promise<void> {
  const { database, lifecycle, log, ...shared } = deps;
  const handler = createHttpHandler({
    ...part,
    ...shared,
    service: SERVICE,
    authenticate: createAuthenticator({
      findKey: (id) => findApiKey(database, id),
      findSession: (tokenHash) => findSession(database, tokenHash),
    }),
    rateLimitPerSecond: config.TOCSIN_RATE_LIMIT,
    log,
    isDraining: lifecycle.isClosing,
  });
  const server = lifecycle.own(
    'http server',
    await listen(handler, { port: config.PORT, host: config.HOST }),
  );
  log.info({ url: server.url }, 'listening');
}
