import {
  openDatabase,
  openQueues,
  openStatusGateway,
  queueSettings,
  runService,
  serviceSettings,
  statusGatewaySettings,
} from '@tocsin/bootstrap';
import { createAlertConsumer, createProducer } from '@tocsin/queues';
import { createSealer, parseSecretKeys } from '@tocsin/secrets';
import { setting } from '@tocsin/service';
import { createRoutingDirectory } from '@tocsin/store';
import { createRouter } from './service.ts';

await runService({
  name: 'router',
  settings: serviceSettings.extend({
    ...queueSettings,
    ...statusGatewaySettings,
    TOCSIN_SECRET_KEYS: setting.TOCSIN_SECRET_KEYS,
  }),
  async build(context) {
    const { settings, log, metrics, own } = context;
    const sealer = createSealer(parseSecretKeys(settings.TOCSIN_SECRET_KEYS));
    const database = await openDatabase(context, { poolMax: 3, sealer });
    const { gateway, outage } = openStatusGateway(context);
    const queues = openQueues(context);
    const router = createRouter({
      outages: [database.outage, outage],
      directory: createRoutingDirectory(database),
      gateway,
      queues: own('queues', await createProducer(queues)),
      consume: (process, mayTake) => createAlertConsumer(queues, { process, mayTake }),
      log,
      metrics,
    });
    await own('router', router).started();
    return { routes: [], readiness: router.readiness, database };
  },
});
