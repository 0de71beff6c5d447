import { monitorEventLoopDelay } from 'node:perf_hooks';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createFaultProxy, createReceiver, type FaultProxy, type Receiver, waitFor } from '@tocsin/testkit';
import type { ServiceName } from '../harness/service-settings.ts';
import { type ServiceProcess, type Services, startServices } from './service-processes.ts';
import { createStorage, type TestStorage } from './tocsin-process.ts';

const ALERTS = 300;
const WARN = 40;
const LONG_MS = 60_000;

interface LogLine {
  level: number | string;
  event?: string;
  msg: string;
  err?: { message?: string };
}

const SLOW_TURN_NS = 150e6;

describe('while something that services need is unavailable', () => {
  let storage: TestStorage;
  let postgres: FaultProxy;
  let redis: FaultProxy;
  let status: FaultProxy;
  let receiver: Receiver;
  let services: Services;
  const closers: (() => Promise<unknown>)[] = [];
  let sent = 0;

  async function opened<T>(opening: Promise<T>, close: (one: T) => Promise<unknown>): Promise<T> {
    const one = await opening;
    closers.push(() => close(one));
    return one;
  }

  beforeAll(async () => {
    storage = await opened(createStorage('redis'), (one) => one.remove());
    const proxied = (target: string) => opened(createFaultProxy({ target }), (one) => one.close());
    postgres = await proxied(storage.env.DATABASE_URL as string);
    redis = await proxied(storage.env.REDIS_URL as string);
    receiver = await opened(createReceiver(), (one) => one.close());
    const env = {
      ...storage.env,
      DATABASE_URL: postgres.url,
      REDIS_URL: redis.url,
      TOCSIN_WORKER_CONCURRENCY: '100',
    };
    const started = (names: ServiceName[], more = {}) =>
      opened(startServices(names, { ...env, ...more }), (one) => one.close());
    const first = await started(['status-service']);
    status = await proxied(first.url('status-service'));
    const rest = await started(['control-api', 'ingest-api', 'router', 'delivery-worker'], {
      TOCSIN_STATUS_URL: status.url.replace(/\/$/, ''),
    });
    services = { ...rest, all: [...first.all, ...rest.all] };
    const { status: answer } = await services.api('control-api')('POST', '/v1/destinations', {
      displayName: 'Receiver',
      url: `${receiver.url}/hook`,
    });
    expect(answer).toBe(201);
    await send(1);
    await receiver.waitFor(1, { timeoutMs: LONG_MS }).catch(services.tellLogs);
    // Of the queues, which were empty when they were found.
    await waitFor(
      () => linesOf(first.all[0] as ServiceProcess).some(({ event }) => event === 'queues.emptied'),
      { timeoutMs: LONG_MS },
    );
  }, 240_000);

  afterAll(async () => {
    for (const close of closers.toReversed()) await close();
  }, 60_000);

  async function send(count: number): Promise<void> {
    const lines = Array.from({ length: count }, (_, n) =>
      JSON.stringify({
        id: 'Rule',
        createdAt: '2026-07-01T07:57:12Z',
        severity: 'HIGH',
        type: 'RULE',
        title: 'Outage',
        alertId: `outage-${sent + n}`,
      }),
    );
    const ingest = services.api('ingest-api');
    // As a producer does: where no connection is to be had in time, ingest says so, and the alerts are sent again.
    await waitFor(
      async () => {
        const { status: answer } = await ingest(
          'POST',
          '/v1/alerts',
          lines.join('\n'),
          'application/x-ndjson',
        );
        expect([202, 503]).toContain(answer);
        return answer === 202;
      },
      { timeoutMs: LONG_MS, describe: () => 'that ingest accepts the alerts' },
    );
    sent += count;
  }

  const isDelivered = () => receiver.requests.length >= sent;

  const linesOf = ({ process }: ServiceProcess): LogLine[] =>
    process
      .stdout()
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line));

  /**
   * On a slow machine the alerts wait for long enough to be a backlog of their destination, and an answer of what is
   * available comes so late that a worker takes it for unavailable: both are said too.
   */
  function withoutSlowness(
    lines: readonly LogLine[],
    interrupted: string,
    isSlowMachine: boolean,
  ): LogLine[] {
    const late = (isSlowMachine ? lines : [])
      .filter(({ err }) => err?.message?.includes('has not answered for') === true)
      .flatMap(({ event = '' }) => /^(\w+)\.unavailable$/.exec(event)?.[1] ?? [])
      .filter((dependency) => dependency !== interrupted);
    const isLate = (event: string) => late.some((one) => event.startsWith(`${one}.`));
    return lines.filter(({ event = '' }) => !event.startsWith('backlog.') && !isLate(event));
  }

  /** Interrupts, waits until each says so, and mends; each has said it, and that it is over, and nothing else. */
  async function expectTwoLines(
    event: string,
    names: readonly ServiceName[],
    outage: { begin: () => Promise<unknown>; during?: () => Promise<void>; end: () => Promise<unknown> },
  ): Promise<void> {
    // A machine on which this process had no turn for so long is a slow one.
    const turns = monitorEventLoopDelay({ resolution: 20 });
    turns.enable();
    const told = services.all.filter(({ name }) => names.includes(name));
    const before = new Map(told.map((service) => [service, linesOf(service).length]));
    const since = (service: ServiceProcess) => linesOf(service).slice(before.get(service));
    const haveSaid = (name: string) =>
      waitFor(
        // Asked again and again, as a probe does: a service that uses nothing has nothing to say.
        async () => {
          await Promise.all(told.map((service) => services.dependencies(service)));
          return told.every((service) => since(service).some((line) => line.event === name));
        },
        {
          timeoutMs: LONG_MS,
          describe: () =>
            `${name} of ${told.filter((one) => !since(one).some((line) => line.event === name)).map((one) => one.name)}`,
        },
      );
    await outage.begin();
    await haveSaid(`${event}.unavailable`);
    await outage.during?.();
    await outage.end();
    await haveSaid(`${event}.available`);
    await waitFor(isDelivered, { timeoutMs: LONG_MS });
    for (const service of told) {
      const lines = withoutSlowness(since(service), event, turns.max > SLOW_TURN_NS);
      const warnings = lines.filter(
        ({ level }) => level === 'warn' || level === 'error' || Number(level) >= WARN,
      );
      const said = [...warnings, ...lines.filter((line) => line.event?.endsWith('.available'))];
      expect([service.name, said.map((line) => line.event ?? line.msg)]).toEqual([
        service.name,
        [`${event}.unavailable`, `${event}.available`],
      ]);
    }
  }

  const ALL: readonly ServiceName[] = [
    'status-service',
    'control-api',
    'ingest-api',
    'router',
    'delivery-worker',
  ];

  test('Postgres: jobs rest and go on when it is back, and each process says so in two lines', async () => {
    await send(ALERTS);
    await expectTwoLines('postgres', ALL, { begin: postgres.refuse, end: postgres.pass });
  }, 150_000);

  test('Redis: ingest goes on, and each process says so in two lines', async () => {
    await send(ALERTS);
    await expectTwoLines('redis', ALL, {
      begin: redis.refuse,
      during: () => send(ALERTS),
      end: redis.pass,
    });
  }, 150_000);

  test('Redis that is silent: the same, of all that use it', async () => {
    await send(ALERTS);
    const using = ALL.filter((name) => name !== 'control-api');
    await expectTwoLines('redis', using, {
      begin: redis.hang,
      during: () => send(ALERTS),
      end: async () => {
        await redis.reset();
        await redis.pass();
      },
    });
  }, 150_000);

  test('the status service: alerts rest in the router, and go on when it is back, in two lines', async () => {
    await expectTwoLines('status_service', ['router'], {
      begin: async () => {
        await status.refuse();
        await send(ALERTS);
      },
      end: status.pass,
    });
  }, 150_000);
});
