import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createReceiver, loadAlertSets, type Receiver, waitFor } from '@tocsin/testkit';
import type { ServiceName } from '../harness/service-settings.ts';
import { SERVICE_SECRETS, type Services, startServices } from './service-processes.ts';
import { receiverPath, summariseReceived } from './summarise-received.ts';
import { ADMIN_KEY, createStorage, type TestStorage } from './tocsin-process.ts';

const sets = loadAlertSets().map((set) => [set.lines.length, set.what, set] as const);

/** Two workers, on three shards. */
const SERVICES = [
  'control-api',
  'status-service',
  'ingest-api',
  'router',
  'delivery-worker',
  'delivery-worker',
] as const;

describe.each(sets)(
  'the services as processes of their own, with two workers, for %i %s',
  (_count, _what, set) => {
    let services: Services;
    let storage: TestStorage;
    let receiver: Receiver;

    const api = (service: ServiceName) => services.api(service);

    async function addDestinations(): Promise<void> {
      for (const destination of set.destinations) {
        const url = `${receiver.url}${receiverPath(destination)}`;
        const { status } = await api('control-api')('POST', '/v1/destinations', { ...destination, url });
        expect(status).toBe(201);
      }
    }

    beforeAll(async () => {
      storage = await createStorage('redis');
      receiver = await createReceiver();
      services = await startServices(SERVICES, { ...storage.env, TOCSIN_DELIVERY_SHARDS: '3' });
      await addDestinations();
    });

    afterAll(async () => {
      await services?.close();
      await receiver?.close();
      await storage?.remove();
    });

    test('make exactly the expected deliveries, none twice', async () => {
      for (let from = 0; from < set.lines.length; from += 500) {
        const lines = set.lines.slice(from, from + 500).join('\n');
        const { status } = await api('ingest-api')('POST', '/v1/alerts', lines, 'application/x-ndjson');
        expect(status).toBe(202);
      }
      await receiver.waitFor(set.expected.totalDeliveries).catch(services.tellLogs);
      await waitFor(
        async () =>
          (await api('status-service')('GET', '/v1/deliveries?status=pending,retrying')).body.items.length ===
          0,
      );
      expect(receiver.requests).toHaveLength(set.expected.totalDeliveries);
      expect(summariseReceived(receiver.requests, set)).toEqual(set.expected.perDestination);
    });

    test('share the work between the two workers', async () => {
      for (const { url } of services.all.filter(({ name }) => name === 'delivery-worker')) {
        const text = await (await fetch(`${url}/metrics`)).text();
        const succeeded = /^tocsin_attempt_duration_seconds_count\{.*result="succeeded".*\} (\d+)$/m.exec(
          text,
        )?.[1];
        expect(Number(succeeded)).toBeGreaterThan(0);
      }
    });

    test('guard what is between them by the service token', async () => {
      const post = (token: string) =>
        fetch(`${services.url('status-service')}/internal/outcomes`, {
          method: 'POST',
          headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
          body: '[]',
        });
      expect((await post('wrong-token-0123456789')).status).toBe(401);
      expect((await post(ADMIN_KEY)).status).toBe(401);
      expect((await post(SERVICE_SECRETS.TOCSIN_SERVICE_TOKEN)).status).toBe(200);
    });

    test('keep header values out of every log', () => {
      for (const { process } of services.all)
        expect(process.stdout() + process.stderr()).not.toContain('test-key-');
    });
  },
);
