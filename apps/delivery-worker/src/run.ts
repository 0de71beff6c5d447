import {
  egressSettings,
  openDatabase,
  openEgress,
  openQueues,
  openStatusGateway,
  queueSettings,
  runService,
  serviceSettings,
  statusGatewaySettings,
} from '@tocsin/bootstrap';
import { createDeliveryConsumers } from '@tocsin/queues';
import { createSealer, parseSecretKeys } from '@tocsin/secrets';
import { setting, tocsinVersion } from '@tocsin/service';
import { createDestinationDirectory } from '@tocsin/store';
import { createWebhookSender } from '@tocsin/webhook';
import { createDeliveryWorker } from './service.ts';

/**
 * What has not answered a worker for so long is probed, and no job is taken meanwhile; milliseconds. A delivery that waits here
 * could be made by another worker.
 */
const LATE_MS = 250;

await runService({
  name: 'delivery-worker',
  settings: serviceSettings.extend({
    ...queueSettings,
    ...statusGatewaySettings,
    ...egressSettings,
    TOCSIN_SECRET_KEYS: setting.TOCSIN_SECRET_KEYS,
    TOCSIN_OWN_URLS: setting.TOCSIN_OWN_URLS,
    TOCSIN_WORKER_CONCURRENCY: setting.TOCSIN_WORKER_CONCURRENCY,
  }),
  async build(context) {
    const { settings, log, metrics, own } = context;
    const { DATABASE_URL, REDIS_URL, TOCSIN_STATUS_URL, TOCSIN_OWN_URLS } = settings;
    const sealer = createSealer(parseSecretKeys(settings.TOCSIN_SECRET_KEYS));
    const database = await openDatabase(context, { poolMax: 6, sealer, lateMs: LATE_MS });
    const { gateway, outage: gatewayOutage } = openStatusGateway(context, { lateMs: LATE_MS });
    const { agents } = openEgress(context, [DATABASE_URL, REDIS_URL, TOCSIN_STATUS_URL, ...TOCSIN_OWN_URLS]);
    const sender = createWebhookSender({ agents, userAgent: `Tocsin/${tocsinVersion()}`, log });
    const queues = openQueues(context);
    const worker = createDeliveryWorker({
      database,
      gatewayOutage,
      directory: createDestinationDirectory({ database, sealer }),
      gateway,
      sender: own('webhook sender', sender),
      sealer,
      consume: (process, mayTake) =>
        createDeliveryConsumers(queues, {
          concurrency: settings.TOCSIN_WORKER_CONCURRENCY,
          process,
          mayTake,
        }),
      log,
      metrics,
    });
    await own('delivery worker', worker).started();
    return { routes: [], readiness: worker.readiness, database };
  },
});
