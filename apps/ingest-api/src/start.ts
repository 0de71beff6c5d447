import { createAuthenticator, createHttpHandler, listen } from '@tocsin/http';
import { createProducer } from '@tocsin/queues';
import { createMetrics, type Lifecycle, type Logger } from '@tocsin/service';
import { connectDatabase, findApiKey, findSession, migrate } from '@tocsin/store';
import type { Config } from './config.ts';
import { createIngestApi } from './service.ts';

/** Opens everything this process needs, in order. */
export async function start(config: Config, lifecycle: Lifecycle, log: Logger): Promise<void> {
  const metrics = createMetrics('ingest-api');
  const database = lifecycle.own(
    'database',
    connectDatabase({
      databaseUrl: config.DATABASE_URL,
      poolMax: 10,
      applicationName: 'tocsin ingest-api',
      log,
      queryTimeoutMs: 10_000,
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
  const service = lifecycle.own(
    'ingest',
    createIngestApi(
      { database, queues: producer, log, metrics },
      { publicUrl: config.TOCSIN_PUBLIC_URL, databaseUrl: config.DATABASE_URL },
    ),
  );
  const handler = createHttpHandler({
    ...service,
    service: 'ingest-api',
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
