import { openDatabase, openQueues, queueSettings, runService, serviceSettings } from '@tocsin/bootstrap';
import { createProducer } from '@tocsin/queues';
import { setting } from '@tocsin/service';
import { createIngestApi } from './service.ts';

await runService({
  name: 'ingest-api',
  settings: serviceSettings.extend({
    ...queueSettings,
    TOCSIN_PUBLIC_URL: setting.TOCSIN_PUBLIC_URL,
    TOCSIN_SERVICE_TOKEN: setting.TOCSIN_SERVICE_TOKEN,
  }),
  async build(context) {
    const { settings, log, metrics, own } = context;
    const database = await openDatabase(context, { poolMax: 10, queryTimeoutMs: 10_000 });
    const queues = own('queues', await createProducer(openQueues(context)));
    const ingest = createIngestApi(
      { database, queues, log, metrics },
      { publicUrl: settings.TOCSIN_PUBLIC_URL, databaseUrl: settings.DATABASE_URL },
    );
    return { ...own('ingest', ingest), database };
  },
});
