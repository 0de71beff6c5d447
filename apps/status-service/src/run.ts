import { constants, setPriority } from 'node:os';
import {
  migrateOnceThere,
  openDatabase,
  openQueues,
  openReads,
  queueSettings,
  runService,
  serviceSettings,
} from '@tocsin/bootstrap';
import { mergeHttpHandlers } from '@tocsin/http';
import { createProducer } from '@tocsin/queues';
import { retryPolicyOf, retrySettings, setting } from '@tocsin/service';
import { createInternalClient } from '@tocsin/status-gateway';
import { createSystemAlertSender } from './notices/send-system-alert.ts';
import { createReadApi } from './read-api.ts';
import { createStatusService } from './service.ts';

const name = 'status-service';

/** For ingest to take an alert that Tocsin raises; it is sent again after that. */
const INGEST_TIMEOUT_MS = 10_000;

const readsSettings = serviceSettings.extend({ TOCSIN_STATUS_PARTS: setting.TOCSIN_STATUS_PARTS });

/**
 * A process that has the read API alone: nothing to write or to enqueue with. Where processor time is short, it leaves it
 * to those that deliver.
 */
function runReads(): Promise<void> {
  if (process.platform === 'linux') setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
  return runService({
    name,
    settings: readsSettings,
    async build(context) {
      const reads = openReads(context);
      await migrateOnceThere(reads, context);
      return { ...createReadApi({ reads }), database: reads };
    },
  });
}

/** A process for delivery, and for the read API too unless it has a process of its own. */
function runDelivery(): Promise<void> {
  return runService({
    name,
    settings: readsSettings.extend({
      ...queueSettings,
      ...retrySettings,
      TOCSIN_INGEST_URL: setting.TOCSIN_INGEST_URL,
      TOCSIN_SERVICE_TOKEN: setting.TOCSIN_SERVICE_TOKEN,
      TOCSIN_EXPIRE_DAYS: setting.TOCSIN_EXPIRE_DAYS,
      TOCSIN_RETENTION_DAYS: setting.TOCSIN_RETENTION_DAYS,
    }),
    async build(context) {
      const { settings, log, metrics, own } = context;
      const database = await openDatabase(context, { poolMax: 12 });
      const reads = openReads(context, database.outage);
      const queues = own('queues', await createProducer(openQueues(context)));
      const ingest = createInternalClient({
        baseUrl: settings.TOCSIN_INGEST_URL,
        serviceToken: settings.TOCSIN_SERVICE_TOKEN,
        timeoutMs: INGEST_TIMEOUT_MS,
      });
      const sendSystemAlert = createSystemAlertSender(own('client of ingest', ingest));
      const status = createStatusService(
        { database, reads, queues, sendSystemAlert, log, metrics },
        {
          defaults: retryPolicyOf(settings),
          shards: settings.TOCSIN_DELIVERY_SHARDS,
          expireDays: settings.TOCSIN_EXPIRE_DAYS,
          retentionDays: settings.TOCSIN_RETENTION_DAYS,
        },
      );
      const readApi = settings.TOCSIN_STATUS_PARTS === 'delivery' ? [] : [createReadApi({ reads })];
      return { ...mergeHttpHandlers([...readApi, own('status service', status)]), database };
    },
  });
}

// Which settings it needs depends on this one.
await (process.env.TOCSIN_STATUS_PARTS?.trim() === 'reads' ? runReads() : runDelivery());
