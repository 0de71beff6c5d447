import { createOutage, type Outage } from '@tocsin/outage';
import { isDatabaseUnavailable } from '@tocsin/store';
import { Redis } from 'ioredis';
import pg from 'pg';
import { withDeadline } from './deadline.ts';
import { QueueError } from './queue-error.ts';
import { producerRedisOptions } from './redis-options.ts';
import type { QueueBackendConfig, QueueLog } from './types.ts';

/** Errors of ioredis about connections, and of a Redis that accepts no commands. */
const UNAVAILABLE = [
  'Connection is closed',
  "Stream isn't writeable",
  'Socket timeout',
  'Command timed out',
  'connect ETIMEDOUT',
  'max retries per request',
  'LOADING ',
  'MASTERDOWN ',
  'READONLY ',
  'MISCONF ',
];

/** Whether an error says that the queue store cannot be talked to, or takes nothing, so that it may later. */
export function isQueueUnavailable(error: unknown): boolean {
  if (error instanceof QueueError) {
    if (error.code === 'queue_timeout') return true;
    return (
      error.code === 'queue_unavailable' && (error.cause === undefined || isQueueUnavailable(error.cause))
    );
  }
  const { message = '' } = error as { message?: string };
  return isDatabaseUnavailable(error) || UNAVAILABLE.some((part) => message.includes(part));
}

/**
 * The outage of a process's queue store. All its producers and consumers share one, so that an outage is two lines in
 * the log.
 */
export function createQueueOutage({ backend, log }: { backend: QueueBackendConfig; log: QueueLog }): Outage {
  const known = { isIts: isQueueUnavailable, log };
  if (backend.kind === 'redis')
    return createOutage({ ...known, name: 'Redis', event: 'redis', ask: () => askRedis(backend.url) });
  return createOutage({
    ...known,
    name: 'Postgres',
    event: 'postgres',
    ask: () => askPostgres(backend.databaseUrl),
  });
}

const ASK_MS = 3_000;

/** Over a connection of its own, since the existing ones may be broken unnoticed. */
async function askRedis(url: string): Promise<void> {
  const client = new Redis(url, {
    ...producerRedisOptions(),
    lazyConnect: true,
    retryStrategy: () => null,
    connectTimeout: ASK_MS,
    commandTimeout: ASK_MS,
  });
  // Without a listener, ioredis would print the error.
  client.on('error', () => undefined);
  try {
    await withDeadline(
      client.connect().then(() => client.ping()),
      ASK_MS,
      'ask Redis',
    );
    const replication = await withDeadline(client.info('replication'), ASK_MS, 'ask Redis');
    if (/^role:slave/m.test(replication)) throw new Error('Redis is a replica, which takes no jobs');
  } finally {
    client.disconnect();
  }
}

async function askPostgres(connectionString: string): Promise<void> {
  const client = new pg.Client({
    connectionString,
    connectionTimeoutMillis: ASK_MS,
    query_timeout: ASK_MS,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('SELECT 1');
  } finally {
    await client.end().catch(() => undefined);
  }
}
