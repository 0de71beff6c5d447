import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { waitFor } from '@tocsin/testkit';
import type { ServiceName } from '../harness/service-settings.ts';
import { type Services, startServices } from './service-processes.ts';
import { createStorage, type TestStorage } from './tocsin-process.ts';

const SERVICES = ['status-service', 'control-api', 'ingest-api', 'router', 'delivery-worker'] as const;

let services: Services;
let storage: TestStorage;
const destination = (displayName: string, url: string) => ({ displayName, url, retry: { maxRetries: 0 } });
const create = (displayName: string, url: string) =>
  services.api('control-api')('POST', '/v1/destinations', destination(displayName, url));
const portOf = (name: ServiceName) => new URL(services.url(name)).port;

beforeAll(async () => {
  storage = await createStorage('redis');
  services = await startServices(SERVICES, storage.env);
});

afterAll(async () => {
  await services?.close();
  await storage?.remove();
});

test.each(SERVICES)('no destination leads to %s, though its range is allowed', async (name) => {
  const saved = await create(name, `http://127.0.0.1:${portOf(name)}/`);
  expect(saved.status).toBe(400);
  expect(JSON.stringify(saved.body)).toContain("Tocsin's own");
});

test('a name that leads to one is refused by test alerts and by workers, without a connection', async () => {
  const { status, body } = await create('by name', `http://localhost:${portOf('router')}/`);
  expect(status).toBe(201);
  const tested = await services.api('control-api')('POST', `/v1/destinations/${body.id}/test`);
  expect(tested.body.error).toMatchObject({ code: 'blocked_address' });

  const alert = {
    alertId: 'alert-1',
    id: 'Rule.One',
    createdAt: '2026-07-01T07:57:12Z',
    severity: 'HIGH',
    type: 'RULE',
    title: 'One',
  };
  expect((await services.api('ingest-api')('POST', '/v1/alerts', alert)).status).toBe(202);
  const [delivery] = await waitFor(async () => {
    const { items } = (await services.api('status-service')('GET', '/v1/deliveries?status=failed')).body;
    return items.length > 0 && items;
  });
  expect(delivery).toMatchObject({ failureCode: 'blocked_address' });
});
