import {
  egressSettings,
  openDatabase,
  openEgress,
  openQueues,
  openReads,
  queueSettings,
  runService,
  serviceSettings,
} from '@tocsin/bootstrap';
import { createQueueBoardSource } from '@tocsin/queues';
import { createSealer, parseSecretKeys } from '@tocsin/secrets';
import { retryPolicyOf, retrySettings, setting, tocsinVersion } from '@tocsin/service';
import { createRoutingDirectory } from '@tocsin/store';
import { createWebhookSender } from '@tocsin/webhook';
import { createControlApi } from './service.ts';

await runService({
  name: 'control-api',
  settings: serviceSettings.extend({
    ...queueSettings,
    ...egressSettings,
    ...retrySettings,
    // Without Redis in its settings, this process does not know where the queues are.
    REDIS_URL: setting.REDIS_URL.optional(),
    TOCSIN_PUBLIC_URL: setting.TOCSIN_PUBLIC_URL,
    TOCSIN_ADMIN_KEY: setting.TOCSIN_ADMIN_KEY.optional(),
    TOCSIN_SECRET_KEYS: setting.TOCSIN_SECRET_KEYS,
    TOCSIN_OWN_URLS: setting.TOCSIN_OWN_URLS,
    TOCSIN_PROXY_HOPS: setting.TOCSIN_PROXY_HOPS,
    TOCSIN_CONSOLE_DIR: setting.TOCSIN_CONSOLE_DIR.optional(),
  }),
  async build(context) {
    const { settings, log, own } = context;
    const { DATABASE_URL, REDIS_URL, TOCSIN_OWN_URLS } = settings;
    const version = tocsinVersion();
    const sealer = createSealer(parseSecretKeys(settings.TOCSIN_SECRET_KEYS));
    const database = await openDatabase(context, { poolMax: 10, queryTimeoutMs: 10_000, sealer });
    const reads = openReads(context, database.outage);
    const egress = openEgress(context, [DATABASE_URL, REDIS_URL, ...TOCSIN_OWN_URLS]);
    const sender = createWebhookSender({ agents: egress.agents, userAgent: `Tocsin/${version}`, log });
    const board =
      REDIS_URL === undefined
        ? undefined
        : await createQueueBoardSource(openQueues({ ...context, settings: { ...settings, REDIS_URL } }));
    const control = await createControlApi(
      {
        database,
        reads,
        sealer,
        egressPolicy: egress.policy,
        sender: own('webhook sender', sender),
        directory: createRoutingDirectory(reads),
        queues: board && own('queue board', board).queues,
        log,
      },
      {
        publicUrl: settings.TOCSIN_PUBLIC_URL,
        consoleDir: settings.TOCSIN_CONSOLE_DIR,
        retryDefaults: retryPolicyOf(settings),
        version,
        adminKey: settings.TOCSIN_ADMIN_KEY,
      },
    );
    return { ...own('control api', control), database };
  },
});
