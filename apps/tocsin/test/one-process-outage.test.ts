import { afterEach, expect, test } from '@jest/globals';
import { createFaultProxy, createReceiver, waitFor } from '@tocsin/testkit';
import { type Backend, createStorage, startTocsin } from './tocsin-process.ts';

const WARN = 40;
const LONG_MS = 60_000;

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
}, 90_000);

test.each<[string, Backend, 'DATABASE_URL' | 'REDIS_URL']>([
  ['postgres', 'postgres', 'DATABASE_URL'],
  ['postgres', 'redis', 'DATABASE_URL'],
  ['redis', 'redis', 'REDIS_URL'],
])(
  'an outage of %s is two lines of `tocsin up` with its queues on %s, whatever parts of it meet it',
  async (event, backend, variable) => {
    const storage = await createStorage(backend);
    closers.push(storage.remove);
    const proxy = await createFaultProxy({ target: storage.env[variable] as string });
    closers.push(proxy.close);
    const receiver = await createReceiver();
    closers.push(receiver.close);
    const tocsin = await startTocsin({ ...storage.env, [variable]: proxy.url });
    closers.push(() => tocsin.process.stop({ timeoutMs: 40_000 }));
    await tocsin.api('POST', '/v1/destinations', { displayName: 'Receiver', url: `${receiver.url}/hook` });
    const send = (alertId: string) =>
      tocsin.api('POST', '/v1/alerts', {
        id: 'Rule',
        createdAt: '2026-07-01T07:57:12Z',
        severity: 'HIGH',
        type: 'RULE',
        title: 'Outage',
        alertId,
      });
    await send('before');
    await receiver.waitFor(1, { timeoutMs: LONG_MS });
    await tocsin.api('GET', '/v1/alerts');
    const lines = () =>
      tocsin.process
        .stderr()
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .map((line) => JSON.parse(line) as { level: number | string; event?: string; msg: string });
    // Of a Redis that was empty when it was found.
    await waitFor(() => backend === 'postgres' || lines().some(({ event: of }) => of === 'queues.emptied'), {
      timeoutMs: LONG_MS,
    });
    const before = lines().length;
    const said = () =>
      lines()
        .slice(before)
        .filter(
          ({ level, event: of }) =>
            level === 'warn' || level === 'error' || Number(level) >= WARN || of?.endsWith('.available'),
        )
        .map(({ event: of, msg }) => of ?? msg);
    await proxy.refuse();
    await waitFor(() => said().length > 0, { timeoutMs: LONG_MS });
    // Reads meet it too, by connections of their own.
    await tocsin.api('GET', '/v1/alerts');
    await proxy.pass();
    await waitFor(() => said().includes(`${event}.available`), { timeoutMs: LONG_MS });
    await waitFor(async () => (await send('after')).status === 202, { timeoutMs: LONG_MS });
    await receiver.waitFor(2, { timeoutMs: LONG_MS });
    expect(said()).toEqual([`${event}.unavailable`, `${event}.available`]);
  },
  200_000,
);
