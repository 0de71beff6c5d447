import { readFileSync } from 'node:fs';
import { createEgressPolicy, createGuardedAgents, parseCidrList } from '@tocsin/egress';
import {
  createAuthenticator,
  createHttpHandler,
  createMetrics,
  type Lifecycle,
  type Logger,
  listen,
  retryPolicyOf,
  tocsinVersion,
} from '@tocsin/runtime';
import { createSealer, parseSecretKeys } from '@tocsin/secrets';
import { connectDatabase, createDestinationDirectory, findApiKey, migrate } from '@tocsin/store';
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
  await migrate(database);
  const sealer = createSealer(parseSecretKeys(config.TOCSIN_SECRET_KEYS));
  const egressPolicy = createEgressPolicy({ allow: parseCidrList(config.TOCSIN_EGRESS_ALLOW) });
  const { TOCSIN_EGRESS_CA_FILE: caFile } = config;
  const agents = lifecycle.own(
    'egress agents',
    createGuardedAgents({
      policy: egressPolicy,
      ...(caFile === undefined ? {} : { ca: readFileSync(caFile, 'utf8') }),
    }),
  );
  const sender = lifecycle.own(
    'webhook sender',
    createWebhookSender({ agents, userAgent: `Tocsin/${tocsinVersion()}`, log }),
  );
  const service = lifecycle.own(
    'control api',
    await createControlApi(
      {
        database,
        sealer,
        egressPolicy,
        sender,
        directory: createDestinationDirectory({ database, sealer }),
        log,
      },
      {
        publicUrl: config.TOCSIN_PUBLIC_URL,
        retryDefaults: retryPolicyOf(config),
        version: tocsinVersion(),
        adminKey: config.TOCSIN_ADMIN_KEY,
      },
    ),
  );
  const handler = createHttpHandler({
    ...service,
    service: 'control-api',
    authenticate: createAuthenticator({ findKey: (id) => findApiKey(database, id) }),
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
