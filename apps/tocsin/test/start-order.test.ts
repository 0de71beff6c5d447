import { afterEach, expect, test } from '@jest/globals';
import {
  createFaultProxy,
  createReceiver,
  type FaultProxy,
  findFreePort,
  startProcess,
  waitFor,
} from '@tocsin/testkit';
import { type Services, startServices } from './service-processes.ts';
import { createApi, createStorage, ENTRY, QUICK } from './tocsin-process.ts';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const ALERT = {
  ...{ id: 'Rule.One', createdAt: '2026-07-01T07:57:12Z', severity: 'HIGH', type: 'RULE' },
  ...{ title: 'One', alertId: 'early' },
};

const statusOf = async (services: Services, path: string) =>
  Promise.all(services.all.map(async ({ url }) => (await fetch(`${url}${path}`)).status));

async function isAbsent(url: string): Promise<FaultProxy> {
  const proxy = await createFaultProxy({ target: url });
  closers.push(proxy.close);
  await proxy.refuse();
  return proxy;
}

test('one process that is started without its Postgres waits for it, says so once, and can be stopped', async () => {
  const storage = await createStorage('postgres');
  closers.push(storage.remove);
  const absent = await isAbsent(storage.env.DATABASE_URL as string);
  const port = String(await findFreePort());
  const url = `http://127.0.0.1:${port}`;
  const start = async () => {
    const env = { ...QUICK, ...storage.env, DATABASE_URL: absent.url };
    const up = await startProcess({ entry: ENTRY, args: ['up', '--port', port], env });
    closers.push(() => up.stop());
    await up.ready(`${url}/healthz`);
    return up;
  };
  const statusOfOne = async (path: string) => (await fetch(`${url}${path}`)).status;
  const accept = async () => (await createApi(url)('POST', '/v1/alerts', ALERT)).status;

  const stopped = await start();
  expect(await statusOfOne('/readyz')).toBe(503);
  expect(await stopped.stop()).toMatchObject({ code: 0 });

  const waiting = await start();
  expect([await statusOfOne('/readyz'), await accept()]).toEqual([503, 503]);
  await waiting.printed(/"postgres\.unavailable"/);
  await absent.pass();
  await waitFor(async () => (await statusOfOne('/readyz')) === 200);
  expect(await accept()).toBe(202);
  const log = waiting.stdout() + waiting.stderr();
  expect(log.match(/"postgres\.unavailable"/g)).toHaveLength(1);
  expect(log).not.toContain('request.failed');
});

test.each([
  ['Postgres', 'DATABASE_URL', 503],
  ['Redis', 'REDIS_URL', 200],
] as const)(
  'services that are started without %s wait for it, and then deliver',
  async (_, setting, readiness) => {
    const storage = await createStorage('redis');
    closers.push(storage.remove);
    const receiver = await createReceiver();
    closers.push(receiver.close);
    const absent = await isAbsent(storage.env[setting] as string);
    // In the opposite order of who needs whom.
    const services = await startServices(
      ['delivery-worker', 'router', 'ingest-api', 'status-service', 'control-api'],
      { ...storage.env, [setting]: absent.url },
      { until: '/healthz' },
    );
    closers.push(services.close);
    await waitFor(async () => (await statusOf(services, '/readyz')).every((status) => status === readiness));
    expect(await statusOf(services, '/healthz')).toEqual(services.all.map(() => 200));
    const early = await services.api('ingest-api')('POST', '/v1/alerts', ALERT);
    expect([early.status, early.body.code]).toEqual(
      setting === 'DATABASE_URL' ? [503, 'unavailable'] : [202, undefined],
    );

    await absent.pass();
    await waitFor(async () => (await statusOf(services, '/readyz')).every((status) => status === 200));
    const destination = { displayName: 'one', url: receiver.url, severities: ['HIGH'] };
    expect((await services.api('control-api')('POST', '/v1/destinations', destination)).status).toBe(201);
    const late = { ...ALERT, alertId: 'late' };
    expect((await services.api('ingest-api')('POST', '/v1/alerts', late)).status).toBe(202);
    await receiver.waitFor((requests) => requests.some(({ body }) => body.includes('"late"')));
  },
);
