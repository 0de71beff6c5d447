import { createServiceHandler, openEgress, type ServiceContext } from '@tocsin/bootstrap';
import { createControlApi } from '@tocsin/control-api';
import { createDeliveryWorker } from '@tocsin/delivery-worker';
import { type EarlyListening, type Listening, mergeHttpHandlers } from '@tocsin/http';
import { createIngestApi } from '@tocsin/ingest-api';
import {
  createAlertConsumer,
  createDeliveryConsumers,
  createProducer,
  createQueueBoardSource,
} from '@tocsin/queues';
import { createRouter } from '@tocsin/router';
import { createSealer, parseSecretKeys } from '@tocsin/secrets';
import { type Lifecycle, type Logger, type Metrics, retryPolicyOf, tocsinVersion } from '@tocsin/service';
import { createReadApi, createStatusService } from '@tocsin/status-service';
import { createDestinationDirectory } from '@tocsin/store';
import { createWebhookSender } from '@tocsin/webhook';
import type { UpConfig } from './config.ts';
import type { LocalSecrets } from './local-secrets.ts';
import { openStorage } from './storage.ts';

/**
 * Every service in this process, on one origin. Each starts after those it needs; closing is in reverse, so that
 * workers can report until the status service closes, and Postgres closes last.
 */
export async function startAll(
  config: UpConfig,
  secrets: LocalSecrets,
  bound: EarlyListening,
  lifecycle: Lifecycle,
  { log, metrics }: { log: Logger; metrics: Metrics },
): Promise<Listening> {
  const { own } = lifecycle;
  const context: ServiceContext<UpConfig> = {
    name: 'up',
    settings: config,
    log,
    metrics,
    own,
    closing: lifecycle.closing,
    port: bound.port,
  };
  const publicUrl = config.TOCSIN_PUBLIC_URL ?? `http://${nameOf(config.HOST)}:${bound.port}`;
  const sealer = createSealer(parseSecretKeys(secrets.secretKeys));
  const { database, databaseUrl, reads, queueSettings } = await openStorage(context, sealer);
  const producer = own('queues', await createProducer(queueSettings));
  const directory = createDestinationDirectory({ database, sealer });
  const egress = openEgress(context, [databaseUrl, config.REDIS_URL]);
  const sender = own(
    'webhook sender',
    createWebhookSender({ agents: egress.agents, userAgent: `Tocsin/${tocsinVersion()}`, log }),
  );

  const ingest = own(
    'ingest',
    createIngestApi({ database, queues: producer, log, metrics }, { publicUrl, databaseUrl }),
  );
  const status = own(
    'status service',
    createStatusService(
      { database, reads, queues: producer, sendSystemAlert: ingest.acceptSystemAlert, log, metrics },
      {
        defaults: retryPolicyOf(config),
        shards: queueSettings.shards,
        expireDays: config.TOCSIN_EXPIRE_DAYS,
        retentionDays: config.TOCSIN_RETENTION_DAYS,
      },
    ),
  );
  const { gateway } = status;
  const router = own(
    'router',
    createRouter({
      directory,
      outages: [database.outage],
      gateway,
      queues: producer,
      consume: (process, mayTake) => createAlertConsumer(queueSettings, { process, mayTake }),
      log,
      metrics,
    }),
  );
  const worker = own(
    'delivery worker',
    createDeliveryWorker({
      database,
      gatewayOutage: database.outage,
      directory,
      gateway,
      sender,
      sealer,
      consume: (process, mayTake) =>
        createDeliveryConsumers(queueSettings, {
          concurrency: config.TOCSIN_WORKER_CONCURRENCY,
          process,
          mayTake,
        }),
      log,
      metrics,
    }),
  );
  const board = own('queue board', await createQueueBoardSource(queueSettings));
  await Promise.all([router.started(), worker.started()]);
  const control = own(
    'control',
    await createControlApi(
      {
        database,
        reads,
        sealer,
        egressPolicy: egress.policy,
        sender,
        directory,
        queues: board.queues,
        log,
        onDestinationsChanged: status.wake,
      },
      {
        publicUrl,
        consoleDir: config.TOCSIN_CONSOLE_DIR,
        retryDefaults: retryPolicyOf(config),
        version: tocsinVersion(),
        adminKey: secrets.adminKey,
      },
    ),
  );
  const inner = [router, worker].map(({ readiness }) => ({ routes: [], readiness }));
  const handler = createServiceHandler(
    { ...mergeHttpHandlers([ingest, status, createReadApi({ reads }), control, ...inner]), database },
    { name: 'tocsin', settings: config, log, metrics, closing: lifecycle.closing },
  );
  bound.open(handler);
  // Owned a second time, so that it closes before the services that the handler uses.
  return own('http server', bound);
}

/** A host for use in a URL: the unspecified address cannot be connected to. */
function nameOf(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}
