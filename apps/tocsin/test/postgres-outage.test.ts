import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createFaultProxy, createReceiver, type FaultProxy, type Receiver, waitFor } from '@tocsin/testkit';
import { type ServiceProcess, type Services, startServices } from './service-processes.ts';
import { createStorage, type TestStorage } from './tocsin-process.ts';

const ALERTS = 300;
const WARN = 40;

interface LogLine {
  level: number | string;
  event?: string;
  msg: string;
}

describe('while Postgres is unavailable', () => {
  let storage: TestStorage;
  let proxy: FaultProxy;
  let receiver: Receiver;
  let services: Services;

  beforeAll(async () => {
    storage = await createStorage('redis');
    proxy = await createFaultProxy({ target: storage.env.DATABASE_URL as string });
    receiver = await createReceiver();
    services = await startServices(
      ['control-api', 'status-service', 'ingest-api', 'router', 'delivery-worker'],
      {
        ...storage.env,
        DATABASE_URL: proxy.url,
        TOCSIN_WORKER_CONCURRENCY: '10',
      },
    );
    const { status } = await services.api('control-api')('POST', '/v1/destinations', {
      displayName: 'Receiver',
      url: `${receiver.url}/hook`,
    });
    expect(status).toBe(201);
  });

  afterAll(async () => {
    await services?.close();
    await receiver?.close();
    await proxy?.close();
    await storage?.remove();
  });

  const linesOf = ({ process }: ServiceProcess): LogLine[] =>
    process
      .stdout()
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line));

  test('workers and routers rest, and go on when it is back; each process says so in two lines', async () => {
    const workers = services.all.filter(({ name }) => name === 'router' || name === 'delivery-worker');
    const before = new Map(workers.map((service) => [service, linesOf(service).length]));
    const body = Array.from({ length: ALERTS }, (_, n) =>
      JSON.stringify({
        id: 'Rule',
        createdAt: '2026-07-01T07:57:12Z',
        severity: 'HIGH',
        type: 'RULE',
        title: 'Outage',
        alertId: `outage-${n}`,
      }),
    ).join('\n');
    const { status } = await services.api('ingest-api')('POST', '/v1/alerts', body, 'application/x-ndjson');
    expect(status).toBe(202);
    await proxy.refuse();
    const eventsOf = (service: ServiceProcess) =>
      linesOf(service)
        .slice(before.get(service))
        .flatMap(({ event }) => event ?? []);
    await waitFor(async () =>
      (await Promise.all(workers.map((service) => services.dependencies(service)))).every(
        ({ postgres }) => postgres === 'unavailable',
      ),
    );
    await waitFor(() => workers.every((service) => eventsOf(service).includes('postgres.unavailable')), {
      timeoutMs: 30_000,
    });
    await proxy.pass();
    await receiver.waitFor(ALERTS);
    await waitFor(() => workers.every((service) => eventsOf(service).includes('postgres.available')), {
      timeoutMs: 30_000,
    });
    for (const service of workers) {
      const said = linesOf(service).slice(before.get(service));
      expect(said.filter(({ event }) => event?.startsWith('postgres.'))).toHaveLength(2);
      const warnings = said.filter(
        ({ level }) => level === 'warn' || level === 'error' || Number(level) >= WARN,
      );
      expect(warnings.map(({ msg }) => msg)).toEqual(['lost Postgres; waiting for it']);
    }
  });
});
