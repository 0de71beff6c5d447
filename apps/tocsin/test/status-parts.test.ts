import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createReceiver, type Receiver, startProcess, waitFor } from '@tocsin/testkit';
import { SERVICE_NAMES, type ServiceName } from '../harness/service-settings.ts';
import { entryOf, SERVICE_SECRETS, type Services, startServices } from './service-processes.ts';
import { ADMIN_KEY, createStorage, type TestStorage } from './tocsin-process.ts';

const ALERT = {
  id: 'Rule',
  createdAt: '2026-07-01T07:57:12Z',
  severity: 'HIGH',
  type: 'RULE',
  title: 'Read elsewhere',
};

describe('the status service as two processes', () => {
  let storage: TestStorage;
  let services: Services;
  let receiver: Receiver;

  const read = (path: string) => services.api('status-reads')('GET', path);
  const send = async (alertId: string) => {
    const { status } = await services.api('ingest-api')('POST', '/v1/alerts', { ...ALERT, alertId });
    expect(status).toBe(202);
  };
  /** The delivery of an alert, as soon as it has succeeded. */
  const delivered = (alertId: string, round: number) =>
    waitFor(async () => {
      const { body } = await read(`/v1/alerts/${alertId}`);
      const [delivery] = body.deliveries ?? [];
      return delivery?.status === 'succeeded' && delivery.round === round && delivery;
    });
  const metricsOf = async (name: ServiceName) => (await fetch(`${services.url(name)}/metrics`)).text();
  /** Without the check against the API's document, which knows no part. @returns status and code */
  async function ask(name: ServiceName, method: string, path: string, key = ADMIN_KEY) {
    const response = await fetch(`${services.url(name)}${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      ...(method === 'POST' ? { body: '[]' } : {}),
    });
    return [response.status, ((await response.json()) as { code?: string }).code];
  }

  beforeAll(async () => {
    storage = await createStorage('redis');
    receiver = await createReceiver();
    // The process that reads is given the database alone.
    services = await startServices(SERVICE_NAMES, { ...storage.env, TOCSIN_STATUS_PARTS: 'delivery' });
    const destination = { displayName: 'One', url: `${receiver.url}/one` };
    expect((await services.api('control-api')('POST', '/v1/destinations', destination)).status).toBe(201);
  });

  afterAll(async () => {
    await services?.close();
    await receiver?.close();
    await storage?.remove();
  });

  test('deliveries are committed by the one, and read from the other', async () => {
    await send('one');
    const { id } = await delivered('one', 1);
    expect((await read(`/v1/deliveries/${id}`)).body).toMatchObject({
      id,
      status: 'succeeded',
      attemptCount: 1,
    });
    for (const path of ['/v1/alerts?status=succeeded', '/v1/deliveries?status=succeeded'])
      expect((await read(path)).body.items).toMatchObject([{ alertId: 'one' }]);
    expect((await read('/v1/stats')).body.totals).toMatchObject({ accepted: 1, succeeded: 1 });
    const counted = /^tocsin_attempts_total\{.*result="succeeded".*\} 1$/m;
    expect(await metricsOf('status-service')).toMatch(counted);
    expect(await metricsOf('status-reads')).not.toMatch(/^tocsin_attempts_total/m);
  });

  test('what is sent again by the one is read from the other', async () => {
    const [first] = (await read('/v1/deliveries')).body.items;
    const resend = services.api('status-service');
    expect((await resend('POST', `/v1/deliveries/${first.id}/resend`)).status).toBe(202);
    await delivered('one', 2);
    const range = { since: '2026-01-01T00:00:00Z', until: '2100-01-01T00:00:00Z' };
    const { body: bulk } = await resend('POST', '/v1/resends', { ...range, status: ['succeeded'] });
    expect(bulk).toMatchObject({ matched: 1 });
    await delivered('one', 3);
    expect((await read(`/v1/resends/${bulk.id}`)).body).toMatchObject({ id: bulk.id, resent: 1 });
    expect((await read('/v1/resends')).body.items).toMatchObject([{ id: bulk.id }]);
  });

  const { TOCSIN_SERVICE_TOKEN: token } = SERVICE_SECRETS;
  const ID = 'b383e752-440f-4454-8bae-1968eda65f9b';

  test.each([
    ['POST', '/v1/alerts/one/resend', ADMIN_KEY, 404],
    ['POST', `/v1/deliveries/${ID}/resend`, ADMIN_KEY, 404],
    ['POST', '/v1/resends', ADMIN_KEY, 405],
    ['DELETE', `/v1/resends/${ID}`, ADMIN_KEY, 405],
    ['POST', '/internal/plans', token, 404],
    ['POST', '/internal/outcomes', token, 404],
  ])('%s %s is not for the one that reads', async (method, path, key, status) => {
    const code = status === 404 ? 'not_found' : 'method_not_allowed';
    expect(await ask('status-reads', method, path, key)).toEqual([status, code]);
  });

  test.each([
    '/v1/alerts',
    '/v1/alerts/one',
    '/v1/deliveries',
    `/v1/deliveries/${ID}`,
    '/v1/resends',
    `/v1/resends/${ID}`,
    '/v1/stats',
  ])('GET %s is not for the one that delivers', async (path) => {
    const [status] = await ask('status-service', 'GET', path);
    expect(status).toBe(/resends/.test(path) ? 405 : 404);
  });

  test('/readyz of each says what it depends on', async () => {
    const [delivery, reads] = ['status-service', 'status-reads'].map((name) =>
      services.all.find((service) => service.name === name),
    );
    expect(await services.dependencies(delivery!)).toEqual({
      postgres: 'ok',
      queues: 'ok',
      backlogs: 'none',
    });
    expect(await services.dependencies(reads!)).toEqual({ postgres: 'ok' });
  });

  test('without the one that delivers, what was accepted waits and is read', async () => {
    await services.all.find(({ name }) => name === 'status-service')?.process.stop();
    await send('two');
    await services.all
      .find(({ name }) => name === 'router')
      ?.process.printed(/the status service is unavailable/);
    expect((await read('/v1/alerts/two')).body).toMatchObject({ status: 'routing', deliveries: [] });
    expect(receiver.requests).toHaveLength(3);
  });
});

test.each([
  ['reads', ['DATABASE_URL']],
  ['delivery', ['DATABASE_URL', 'REDIS_URL', 'TOCSIN_INGEST_URL', 'TOCSIN_SERVICE_TOKEN']],
  [
    'everything',
    ['TOCSIN_STATUS_PARTS', 'DATABASE_URL', 'REDIS_URL', 'TOCSIN_INGEST_URL', 'TOCSIN_SERVICE_TOKEN'],
  ],
])('a process with TOCSIN_STATUS_PARTS=%s and nothing else says what it lacks', async (parts, lacking) => {
  const child = await startProcess({ entry: entryOf('status-service'), env: { TOCSIN_STATUS_PARTS: parts } });
  expect((await child.exited).code).toBe(1);
  const named = [...child.stderr().matchAll(/^ +- ([A-Z_]+):/gm)].map(([, name]) => name);
  expect(named.toSorted()).toEqual(lacking.toSorted());
});
