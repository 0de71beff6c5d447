import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createReceiver, type Receiver, waitFor } from '@tocsin/testkit';
import { type Services, startServices } from './service-processes.ts';
import { createStorage, type TestStorage } from './tocsin-process.ts';

/** Of which any may get an alert's job: each knows every change by itself. */
const SERVICES = [
  'control-api',
  'status-service',
  'ingest-api',
  'router',
  'router',
  'delivery-worker',
] as const;

const ROUNDS = 5;

const ALERT = {
  id: 'Rule',
  createdAt: '2026-07-01T07:57:12Z',
  severity: 'HIGH',
  type: 'RULE',
  title: 'Fresh',
};

describe('an alert that is sent as soon as a change of a destination was answered', () => {
  let storage: TestStorage;
  let services: Services;
  let receiver: Receiver;
  let sent = 0;

  beforeAll(async () => {
    storage = await createStorage('redis');
    receiver = await createReceiver();
    services = await startServices(SERVICES, storage.env);
  });

  afterAll(async () => {
    await services?.close();
    await receiver?.close();
    await storage?.remove();
  });

  const control = (...request: Parameters<ReturnType<Services['api']>>) =>
    services.api('control-api')(...request);

  async function createDestination(changes: object = {}): Promise<string> {
    const { status, body } = await control('POST', '/v1/destinations', {
      displayName: `Destination ${crypto.randomUUID()}`,
      url: `${receiver.url}/old`,
      ...changes,
    });
    expect(status).toBe(201);
    return body.id;
  }

  const patch = async (id: string, changes: object) => {
    const { status } = await control('PATCH', `/v1/destinations/${id}`, changes);
    expect(status).toBe(200);
  };
  const remove = async (id: string) => {
    expect((await control('DELETE', `/v1/destinations/${id}`)).status).toBe(204);
  };

  /** Sends an alert, and waits for what was decided about it. */
  async function send(overrides: object = {}) {
    sent += 1;
    const alertId = `fresh-${sent}`;
    const { status } = await services.api('ingest-api')('POST', '/v1/alerts', {
      ...ALERT,
      alertId,
      ...overrides,
    });
    expect(status).toBe(202);
    const decision = await waitFor(
      async () =>
        (await services.api('status-service')('GET', `/v1/alerts/${alertId}`)).body.routing ?? undefined,
    );
    return { alertId, decision };
  }

  test.each(Array.from({ length: ROUNDS }, (_, n) => n + 1))(
    'is routed by it, in every process (%i)',
    async () => {
      const id = await createDestination();
      expect((await send()).decision.destinationIds).toEqual([id]);
      await patch(id, { enabled: false });
      expect((await send()).decision).toMatchObject({ destinationIds: [], skipped: [{ destinationId: id }] });
      await patch(id, { enabled: true });
      expect((await send()).decision.destinationIds).toEqual([id]);
      await patch(id, { severities: ['LOW'] });
      expect((await send()).decision.destinationIds).toEqual([]);
      await patch(id, { displayName: `Renamed ${id}` });
      expect((await send({ destinations: [`Renamed ${id}`] })).decision.destinationIds).toEqual([id]);
      await patch(id, { severities: ['HIGH'], url: `${receiver.url}/new` });
      const { alertId } = await send();
      const received = () =>
        receiver.requests.filter((request) => JSON.parse(request.body.toString()).alertId === alertId);
      await receiver.waitFor(() => received().length > 0);
      const paths = received().map(({ path }) => path);
      expect(paths).toEqual(['/new']);
      expect((await control('POST', '/v1/route', ALERT)).body.destinationIds).toEqual([id]);
      await remove(id);
      expect((await send()).decision.destinationIds).toEqual([]);
      expect((await control('POST', '/v1/route', ALERT)).body.destinationIds).toEqual([]);
    },
  );
});
