import { createEgress } from '@tocsin/egress';
import { createAuthenticator, createHttpHandler, listen } from '@tocsin/http';
import { createQueueBoardSource } from '@tocsin/queues';
import { createSealer, parseSecretKeys } from '@tocsin/secrets';
import { createMetrics, type Lifecycle, type Logger, retryPolicyOf, tocsinVersion } from '@tocsin/service';
import {
  connectDatabase,
  connectReads,
  createRoutingDirectory,
  findApiKey,
  findSession,
  migrate,
} from '@tocsin/store';
import { createWebhookSender } from '@tocsin/webhook';
import type { Config } from './config.ts';
import { createControlApi } from './service.ts';

/** Opens everything this process needs, in order. */
export async function start(config: Config, lifecycle: Lifecycle, log: Logger): Promise<void> {
  const metrics = createMetrics('control-api');
  const database = lifecycle.own(
    'database',
    connectDatabase({
      databaseUrl: config.DATABASE_URL,
      poolMax: 10,
      applicationName: 'tocsin control-api',
      log,
      queryTimeoutMs: 10_000,
    }),
  );
  const reads = lifecycle.own(
    'database for reads',
    connectReads({
      databaseUrl: config.DATABASE_URL,
      applicationName: 'tocsin control-api reads',
      outage: database.outage,
      log,
    }),
  );
  const sealer = createSealer(parseSecretKeys(config.TOCSIN_SECRET_KEYS));
  await migrate(database, { sealer, log });
  const egress = lifecycle.own(
    'egress',
    createEgress({
      allow: config.TOCSIN_EGRESS_ALLOW,
      caFile: config.TOCSIN_EGRESS_CA_FILE,
      ownServices: [config.DATABASE_URL, config.REDIS_URL, ...config.TOCSIN_OWN_URLS],
    }),
  );
  const sender = lifecycle.own(
    'webhook sender',
    createWebhookSender({ agents: egress.agents, userAgent: `Tocsin/${tocsinVersion()}`, log }),
  );
  const board = await openBoard(config, lifecycle, log);
  const service = lifecycle.own(
    'control api',
    await createControlApi(
      {
        database,
        reads,
        sealer,
        egressPolicy: egress.policy,
        sender,
        directory: createRoutingDirectory(reads),
        queues: board?.queues,
        log,
      },
      {
        publicUrl: config.TOCSIN_PUBLIC_URL,
        consoleDir: config.TOCSIN_CONSOLE_DIR,
        retryDefaults: retryPolicyOf(config),
        version: tocsinVersion(),
        adminKey: config.TOCSIN_ADMIN_KEY,
      },
    ),
  );
  const handler = createHttpHandler({
    ...service,
    service: 'control-api',
    authenticate: createAuthenticator({
      findKey: (id) => findApiKey(database, id),
      findSession: (tokenHash) => findSession(database, tokenHash),
    }),
    rateLimitPerSecond: config.TOCSIN_RATE_LIMIT,
    proxyHops: config.TOCSIN_PROXY_HOPS,
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

/** Without Redis in its settings, this process does not know where the queues are. */
async function openBoard(config: Config, lifecycle: Lifecycle, log: Logger) {
  const { REDIS_URL: url, TOCSIN_DELIVERY_SHARDS: shards } = config;
  if (url === undefined) return undefined;
  const source = await createQueueBoardSource({ backend: { kind: 'redis', url }, shards, log });
  return lifecycle.own('queue board', source);
}
