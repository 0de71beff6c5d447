import { afterEach, expect, test } from '@jest/globals';
import { createReceiver, type Receiver, waitFor } from '@tocsin/testkit';
import pg from 'pg';
import { runCommand } from './run-command.ts';
import {
  ADMIN_KEY,
  type Backend,
  createStorage,
  startTocsin,
  type TestStorage,
  type Tocsin,
} from './tocsin-process.ts';

/** Several batches of a bulk resend. */
const ALERTS = 60;
const SETTINGS = { TOCSIN_RETRY_MAX: '0', TOCSIN_WORKER_CONCURRENCY: '400', LOG_LEVEL: 'fatal' };
const SINCE = '2026-01-01T00:00:00Z';
const UNTIL = '2100-01-01T00:00:00Z';

let storage: TestStorage;
let receiver: Receiver;
let tocsin: Tocsin;
let destinationId: string;

/** Tocsin with as many failed deliveries, and a receiver that answers well again. */
async function setUp(backend: Backend): Promise<void> {
  storage = await createStorage(backend);
  receiver = await createReceiver({ script: { status: 500 } });
  tocsin = await startTocsin({ ...storage.env, ...SETTINGS });
  const { body } = await tocsin.api('POST', '/v1/destinations', {
    displayName: 'Ticketing',
    url: receiver.url,
    alertTypes: ['RULE'],
  });
  destinationId = body.id;
  const alerts = Array.from({ length: ALERTS }, (_, n) => ({
    alertId: `alert-${n}`,
    id: 'Rule.One',
    createdAt: '2026-07-01T07:57:12Z',
    severity: 'HIGH',
    type: 'RULE',
    title: 'One',
  }));
  await tocsin.api('POST', '/v1/alerts', alerts);
  const filter = { destinationId, status: 'failed', since: SINCE, until: UNTIL, dryRun: true };
  await waitFor(async () => (await tocsin.api('POST', '/v1/resends', filter)).body.matched === ALERTS, {
    intervalMs: 200,
    describe: () => `${ALERTS} deliveries to fail; ${receiver.requests.length} were tried`,
  });
  receiver.respondWith({ status: 200 });
}

afterEach(async () => {
  await tocsin?.process.stop();
  await receiver?.close();
  await storage?.remove();
});

/** How many deliveries have which attempts, as `round.number status`, in order. */
async function histories(): Promise<Record<string, number>> {
  const client = new pg.Client({ connectionString: storage.env.DATABASE_URL });
  await client.connect();
  try {
    const { rows } = await client.query(
      `SELECT history, count(*)::int AS count FROM (
         SELECT string_agg(round || '.' || number || ' ' || status_code, ', ' ORDER BY round, number) AS history
         FROM attempts GROUP BY delivery_id) AS h GROUP BY 1`,
    );
    return Object.fromEntries(rows.map(({ history, count }) => [history, count]));
  } finally {
    await client.end();
  }
}

const ONCE_MORE = { '1.1 500, 2.1 200': ALERTS };

test.each(['postgres', 'redis'] satisfies Backend[])(
  'the command line resends all that failed, each once (%s)',
  async (backend) => {
    await setUp(backend);
    const env = { TOCSIN_URL: tocsin.url, TOCSIN_API_KEY: ADMIN_KEY };
    const words = ['deliveries', 'resend', '--destination', 'Ticketing', '--since', SINCE, '--until', UNTIL];
    const { code, stdout } = await runCommand([...words, '--json'], { env });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ state: 'done', matched: ALERTS, resent: ALERTS, skipped: 0 });
    await receiver.waitFor(2 * ALERTS);
    await waitFor(async () => (await histories())['1.1 500, 2.1 200'] === ALERTS);
    expect(receiver.requests).toHaveLength(2 * ALERTS);
    expect(new Set(receiver.requests.map(({ headers }) => headers['webhook-id'])).size).toBe(ALERTS);
    const again = await runCommand([...words, '--json'], { env });
    expect(again).toMatchObject({ code: 0, stdout: '{"id":null,"matched":0}\n' });
  },
);

test('a bulk resend goes on after the process is killed in the middle, without loss or a second round', async () => {
  await setUp('redis');
  const ask = { id: '3f0c8f0e-2a55-4c1e-8f38-0f6d3f2a9c11', status: 'failed', since: SINCE, until: UNTIL };
  const answer = { status: 202, body: { id: ask.id, matched: ALERTS } };
  expect(await tocsin.api('POST', '/v1/resends', ask)).toEqual(answer);
  await receiver.waitFor(ALERTS + 1);
  await tocsin.process.kill('SIGKILL');
  tocsin = await startTocsin({ ...storage.env, ...SETTINGS });
  expect(await tocsin.api('POST', '/v1/resends', ask)).toEqual(answer);
  const view = await waitFor(async () => {
    const { body } = await tocsin.api('GET', `/v1/resends/${ask.id}`);
    return body.state === 'done' && body;
  });
  expect(view).toMatchObject({ matched: ALERTS, resent: ALERTS, skipped: 0 });
  await waitFor(async () => (await histories())['1.1 500, 2.1 200'] === ALERTS);
  expect(await histories()).toEqual(ONCE_MORE);
});
