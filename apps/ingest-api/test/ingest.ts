import { gzipSync } from 'node:zlib';
import { createAuthenticator, createHttpHandler, listen } from '@tocsin/http';
import type { AlertJob } from '@tocsin/queues';
import { createLifecycle, createLogger, createMetrics } from '@tocsin/service';
import { connectDatabase } from '@tocsin/store';
import {
  checkAnswer,
  createFaultProxy,
  createTestDatabase,
  expectNoLeaks,
  openHandles,
  waitFor,
} from '@tocsin/testkit';
import { createIngestApi } from '../src/index.ts';
import { PRODUCER, PRODUCER_KEY } from './sample.ts';

/** The service behind a real port, its database behind a fault proxy, and queues that remember what they were given. */
export async function startIngest() {
  const handles = openHandles();
  const log = createLogger({ level: 'silent', service: 'ingest-api' });
  const lifecycle = createLifecycle(log);
  const testDatabase = await createTestDatabase('ingest', { isMigrated: true });
  lifecycle.own('test database', { close: () => testDatabase.drop() });
  const direct = lifecycle.own(
    'direct database',
    connectDatabase({ databaseUrl: testDatabase.url, poolMax: 3, applicationName: 'test', log }),
  );
  const proxy = lifecycle.own('proxy', await createFaultProxy({ target: testDatabase.url }));
  const database = lifecycle.own(
    'database',
    connectDatabase({ databaseUrl: proxy.url, poolMax: 4, applicationName: 'ingest', log }),
  );
  const metrics = createMetrics('ingest-api');
  const jobs: AlertJob[] = [];
  const queues = {
    enqueueAlerts: async (added: AlertJob[]) => void jobs.push(...added),
    state: async () => 'ok',
  };
  const service = lifecycle.own(
    'ingest',
    createIngestApi(
      { database, queues, log, metrics },
      { publicUrl: 'https://tocsin.example.com', databaseUrl: proxy.url },
    ),
  );
  const handler = createHttpHandler({
    ...service,
    service: 'ingest-api',
    authenticate: createAuthenticator({ findKey: async (id) => (id === PRODUCER.id ? PRODUCER : null) }),
    rateLimitPerSecond: 10_000,
    log,
    metrics,
  });
  const { url } = lifecycle.own('http server', await listen(handler, { port: 0, host: '127.0.0.1' }));

  const post = (alerts: unknown) => postText(JSON.stringify(alerts));

  /** @param text as it is to be sent */
  async function postText(text: string, { compress = false } = {}) {
    const response = await fetch(`${url}/v1/alerts`, {
      method: 'POST',
      headers: {
        ...{ authorization: `Bearer ${PRODUCER_KEY}`, 'content-type': 'application/json' },
        ...(compress ? { 'content-encoding': 'gzip' } : {}),
      },
      body: compress ? new Uint8Array(gzipSync(text)) : text,
    });
    const body: any = await response.json();
    const contentType = response.headers.get('content-type') ?? '';
    checkAnswer({ method: 'POST', path: '/v1/alerts', status: response.status, contentType, body });
    return { status: response.status, body, headers: response.headers };
  }

  /** Ids of the alerts that are stored whole, with id and outbox row; in order. */
  async function stored(): Promise<string[]> {
    const { rows } = await direct.pool.query<{ alert_id: string }>(
      'SELECT alert_id FROM alerts JOIN alert_ids USING (alert_id) JOIN alert_outbox USING (alert_id) ORDER BY 1',
    );
    return rows.map(({ alert_id }) => alert_id);
  }

  /** Alerts that wait to be stored. */
  async function storing(): Promise<number | undefined> {
    const gauge = await metrics.registry.getSingleMetric('tocsin_alerts_storing')?.get();
    return gauge?.values[0]?.value;
  }

  /** Lets inserts begin and not end until the returned function is called. */
  async function holdInserts(): Promise<() => Promise<void>> {
    const client = await direct.pool.connect();
    await client.query('BEGIN');
    await client.query('LOCK TABLE alert_outbox IN EXCLUSIVE MODE');
    return async () => {
      await client.query('ROLLBACK');
      client.release();
    };
  }

  /** Waits until so many inserts stand at the lock of `holdInserts`. @param by the `application_name` of their sessions */
  async function heldInserts(count: number, by = 'ingest'): Promise<void> {
    await waitFor(
      async () => {
        const { rowCount } = await direct.pool.query(
          `SELECT FROM pg_stat_activity
           WHERE datname = current_database() AND application_name = $1 AND wait_event_type = 'Lock'`,
          [by],
        );
        return rowCount === count;
      },
      { describe: `${count} inserts that wait` },
    );
  }

  async function close(): Promise<void> {
    await lifecycle.close();
    await expectNoLeaks(handles);
  }

  return {
    database,
    direct,
    proxy,
    jobs,
    service,
    post,
    postText,
    stored,
    storing,
    holdInserts,
    heldInserts,
    close,
  };
}

export type Ingest = Awaited<ReturnType<typeof startIngest>>;
