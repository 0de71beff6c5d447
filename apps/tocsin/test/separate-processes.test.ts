import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  createReceiver,
  findFreePort,
  type Receiver,
  startProcess,
  type TestProcess,
  waitFor,
} from '@tocsin/testkit';
import { loadPantherAlerts, receiverPath, summariseReceived } from './panther-alerts.ts';
import { ADMIN_KEY, createApi, createStorage, QUICK, type TestStorage } from './tocsin-process.ts';

const alerts = loadPantherAlerts();
const describeWithAlerts = alerts === null ? describe.skip : describe;

/** Started in this order; two workers, on three shards. */
const SERVICES = [
  'control-api',
  'status-service',
  'ingest-api',
  'router',
  'delivery-worker',
  'delivery-worker',
] as const;

const SECRETS = {
  TOCSIN_SECRET_KEYS: `one:${Buffer.alloc(32, 7).toString('base64')}`,
  TOCSIN_SERVICE_TOKEN: 'a-token-between-services-0123456789',
};

describeWithAlerts('the services as processes of their own, with two workers', () => {
  const panther = alerts as NonNullable<typeof alerts>;
  const urls = new Map<string, string>();
  const processes: TestProcess[] = [];
  const workerUrls: string[] = [];
  let storage: TestStorage;
  let receiver: Receiver;

  /** With what each service said last, which is all that is left to look at once a run is over. */
  const tellLogs = (error: Error): never => {
    const logs = processes.map(
      (child, n) => `${SERVICES[n]}: ${child.stdout().slice(-1_500)}${child.stderr()}`,
    );
    throw new Error([error.message, ...logs].join('\n'), { cause: error });
  };

  const api = (service: (typeof SERVICES)[number]) => createApi(urls.get(service) as string);

  async function addDestinations(): Promise<void> {
    for (const destination of panther.destinations) {
      const url = `${receiver.url}${receiverPath(destination)}`;
      const { status } = await api('control-api')('POST', '/v1/destinations', { ...destination, url });
      expect(status).toBe(201);
    }
  }

  beforeAll(async () => {
    storage = await createStorage('redis');
    receiver = await createReceiver();
    const ports = await Promise.all(SERVICES.map(() => findFreePort()));
    SERVICES.forEach((service, n) => {
      urls.set(service, `http://127.0.0.1:${ports[n]}`);
    });
    for (const [n, service] of SERVICES.entries()) {
      const child = await startProcess({
        entry: path.resolve(import.meta.dirname, `../../${service}/src/main.ts`),
        env: {
          ...QUICK,
          ...storage.env,
          ...SECRETS,
          HOST: '127.0.0.1',
          PORT: String(ports[n]),
          TOCSIN_PUBLIC_URL: 'https://tocsin.example.com',
          TOCSIN_STATUS_URL: urls.get('status-service'),
          TOCSIN_INGEST_URL: urls.get('ingest-api'),
          TOCSIN_DELIVERY_SHARDS: '3',
        },
      });
      processes.push(child);
      if (service === 'delivery-worker') workerUrls.push(`http://127.0.0.1:${ports[n]}`);
      await child.ready(`http://127.0.0.1:${ports[n]}/readyz`, { timeoutMs: 60_000 });
      // Before the router runs: it knows destinations as they were up to 2 s ago.
      if (service === 'control-api') await addDestinations();
    }
  }, 180_000);

  afterAll(async () => {
    await Promise.all(processes.reverse().map((child) => child.stop({ timeoutMs: 35_000 })));
    await receiver?.close();
    await storage?.remove();
  }, 90_000);

  test('make exactly the 2,649 expected deliveries of 1,133 alerts, none twice', async () => {
    for (let from = 0; from < panther.lines.length; from += 500) {
      const lines = panther.lines.slice(from, from + 500).join('\n');
      const { status } = await api('ingest-api')('POST', '/v1/alerts', lines, 'application/x-ndjson');
      expect(status).toBe(202);
    }
    await receiver.waitFor(panther.expected.totalDeliveries, { timeoutMs: 120_000 }).catch(tellLogs);
    await waitFor(
      async () =>
        (await api('status-service')('GET', '/v1/deliveries?status=pending,retrying')).body.items.length ===
        0,
      { timeoutMs: 30_000 },
    );
    expect(receiver.requests).toHaveLength(panther.expected.totalDeliveries);
    expect(summariseReceived(receiver.requests, panther)).toEqual(panther.expected.perDestination);
  }, 180_000);

  test('share the work between the two workers', async () => {
    for (const url of workerUrls) {
      const text = await (await fetch(`${url}/metrics`)).text();
      const delivered = /^tocsin_attempt_duration_seconds_count\{.*result="delivered".*\} (\d+)$/m.exec(
        text,
      )?.[1];
      expect(Number(delivered)).toBeGreaterThan(0);
    }
  });

  test('guard what is between them by the service token', async () => {
    const post = (token: string) =>
      fetch(`${urls.get('status-service')}/internal/outcomes`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: '[]',
      });
    expect((await post('wrong-token-0123456789')).status).toBe(401);
    expect((await post(ADMIN_KEY)).status).toBe(401);
    expect((await post(SECRETS.TOCSIN_SERVICE_TOKEN)).status).toBe(200);
  });

  test('keep header values out of every log', () => {
    for (const child of processes) expect(child.stdout() + child.stderr()).not.toContain('test-key-');
  });
});
