import { createEgress, type Egress, type EgressOptions } from '@tocsin/egress';
import { createOutage, type Outage, restWhileUnavailable } from '@tocsin/outage';
import { createQueueOutage, type QueueSettings } from '@tocsin/queues';
import type { Sealer } from '@tocsin/secrets';
import { aboutStatusService, createStatusGatewayClient, type StatusGateway } from '@tocsin/status-gateway';
import { connectDatabase, connectReads, type Database, migrate } from '@tocsin/store';
import type { ServiceContext } from './service-context.ts';
import type { egressSettings, queueSettings, SettingsOf, statusGatewaySettings } from './service-settings.ts';

type DatabaseContext = ServiceContext<{ DATABASE_URL: string }>;

export interface OpenDatabaseOptions {
  poolMax: number;
  /** After this long without an answer a query is given up; milliseconds. */
  queryTimeoutMs?: number;
  /** See {@link Outage.answerOf}; milliseconds. */
  lateMs?: number;
  /** Seals what earlier versions stored in clear. */
  sealer?: Sealer;
}

/** Connects to Postgres, with the schema of this version. While Postgres is unavailable it is waited for. */
export async function openDatabase(
  context: DatabaseContext,
  { sealer, ...pool }: OpenDatabaseOptions,
): Promise<Database> {
  const { name, settings, log, own } = context;
  const databaseUrl = settings.DATABASE_URL;
  const applicationName = `tocsin ${name}`;
  const database = own('database', connectDatabase({ databaseUrl, applicationName, log, ...pool }));
  await migrateOnceThere(database, context, sealer);
  return database;
}

/** Brings the schema to this version, as soon as Postgres is available. */
export async function migrateOnceThere(
  database: Database,
  { log, closing }: Pick<ServiceContext, 'log' | 'closing'>,
  sealer?: Sealer,
): Promise<void> {
  await restWhileUnavailable([database.outage], () => migrate(database, { sealer, log }), {
    signal: closing,
  });
}

/**
 * Connections of their own for what only reads. @param outage of the same database, where there are other connections
 */
export function openReads({ name, settings, log, own }: DatabaseContext, outage?: Outage): Database {
  const databaseUrl = settings.DATABASE_URL;
  const applicationName = `tocsin ${name} reads`;
  return own('database for reads', connectReads({ databaseUrl, applicationName, outage, log }));
}

/** The queues on Redis. Producers and consumers share one outage of Redis. */
export function openQueues({
  settings,
  log,
  own,
}: ServiceContext<SettingsOf<typeof queueSettings>>): QueueSettings {
  const backend = { kind: 'redis' as const, url: settings.REDIS_URL };
  const outage = own('outage of the queues', createQueueOutage({ backend, log }));
  return { backend, shards: settings.TOCSIN_DELIVERY_SHARDS, log, outage };
}

/** A client of the status service in another process, and the outage of that service. */
export function openStatusGateway(
  { settings, log, own }: ServiceContext<SettingsOf<typeof statusGatewaySettings>>,
  /** @param lateMs see {@link Outage.answerOf}; milliseconds */
  { lateMs }: { lateMs?: number } = {},
): {
  gateway: StatusGateway;
  outage: Outage;
} {
  const client = createStatusGatewayClient({
    statusUrl: settings.TOCSIN_STATUS_URL,
    serviceToken: settings.TOCSIN_SERVICE_TOKEN,
    log,
  });
  const gateway = own('status gateway', client);
  const outage = own(
    'outage of the status service',
    createOutage({ ...aboutStatusService(gateway), log, lateMs }),
  );
  return { gateway, outage };
}

/** The rules for connections to destinations: Tocsin's own services and this process's port are refused. */
export function openEgress(
  { settings, own, port }: ServiceContext<SettingsOf<typeof egressSettings>>,
  ownServices: EgressOptions['ownServices'],
): Egress {
  const { TOCSIN_EGRESS_ALLOW: allow, TOCSIN_EGRESS_CA_FILE: caFile } = settings;
  const egress = own('egress', createEgress({ allow, caFile, ownServices }));
  egress.reservePort(port);
  return egress;
}
