import { afterEach, expect, test } from '@jest/globals';
import { createReceiver, createTestDatabase, findPgBouncer, startPgBouncer, testWhen } from '@tocsin/testkit';
import { startServices } from './service-processes.ts';
import { createStorage, startTocsin, type Tocsin } from './tocsin-process.ts';

const bouncer = await findPgBouncer();
const testBouncer = testWhen(test, 'program' in bouncer, 'reason' in bouncer ? bouncer.reason : '');
const program = 'program' in bouncer ? bouncer.program : '';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
}, 90_000);

const ALERTS = Array.from({ length: 5 }, (_, n) => ({
  id: 'Rule',
  createdAt: '2026-07-01T07:57:12Z',
  severity: 'HIGH',
  type: 'RULE',
  title: 'Überlauf 💥',
  alertId: `pooled-${n}`,
}));

/** Sends alerts, and reads page by page what was made of them. */
async function expectDelivered(apis: {
  control: Tocsin['api'];
  ingest: Tocsin['api'];
  status: Tocsin['api'];
}) {
  const receiver = await createReceiver();
  closers.push(receiver.close);
  const made = await apis.control('POST', '/v1/destinations', {
    displayName: 'Receiver',
    url: `${receiver.url}/hook`,
  });
  expect(made.status).toBe(201);
  for (const alert of ALERTS) expect((await apis.ingest('POST', '/v1/alerts', alert)).status).toBe(202);
  await receiver.waitFor(ALERTS.length);
  for (const list of ['alerts', 'deliveries']) {
    const seen: string[] = [];
    for (let cursor = ''; ; ) {
      const { status, body } = await apis.status('GET', `/v1/${list}?limit=2${cursor}`);
      expect(status).toBe(200);
      seen.push(...body.items.map((item: { alertId: string }) => item.alertId));
      if (body.nextCursor === null) break;
      cursor = `&cursor=${encodeURIComponent(body.nextCursor)}`;
    }
    expect(seen.toSorted()).toEqual(ALERTS.map(({ alertId }) => alertId));
  }
}

testBouncer(
  'all of `tocsin up` works behind PgBouncer that pools by session, its queues too',
  async () => {
    const storage = await createStorage('postgres');
    closers.push(storage.remove);
    const pooler = await startPgBouncer(program, {
      databaseUrl: storage.env.DATABASE_URL as string,
      settings: { pool_mode: 'session', default_pool_size: 100, max_client_conn: 200 },
    });
    closers.push(pooler.close);
    const tocsin = await startTocsin({ ...storage.env, DATABASE_URL: pooler.url });
    closers.push(() => tocsin.process.stop({ timeoutMs: 40_000 }));
    const { api } = tocsin;
    await expectDelivered({ control: api, ingest: api, status: api });
    expect((await api('GET', '/v1/stats')).status).toBe(200);
  },
  150_000,
);

const HOSTILE = {
  lc_messages: `'C'`,
  DateStyle: `'German, DMY'`,
  TimeZone: `'Asia/Kathmandu'`,
  IntervalStyle: 'iso_8601',
  bytea_output: 'escape',
  default_transaction_isolation: 'serializable',
  default_transaction_read_only: 'on',
  statement_timeout: `'100ms'`,
  idle_session_timeout: `'1s'`,
};

test('services as processes of their own, on Redis, deliver on a database with hostile settings', async () => {
  const storage = await createStorage('redis');
  closers.push(storage.remove);
  const home = await createTestDatabase('hostile', { settings: HOSTILE });
  closers.push(home.drop);
  const services = await startServices(
    ['control-api', 'status-service', 'ingest-api', 'router', 'delivery-worker'],
    { ...storage.env, DATABASE_URL: home.url },
  );
  closers.push(services.close);
  await expectDelivered({
    control: services.api('control-api'),
    ingest: services.api('ingest-api'),
    status: services.api('status-service'),
  });
}, 180_000);
