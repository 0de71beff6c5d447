import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createReceiver, findFreePort, type Receiver, waitFor } from '@tocsin/testkit';
import { runCommand } from '../run-command.ts';
import { ADMIN_KEY, createStorage, startTocsin, type TestStorage, type Tocsin } from '../tocsin-process.ts';

const OTHER = {
  ...{ id: 'Rule', createdAt: '2026-07-01T07:57:12Z', severity: 'INFO', type: 'RULE', title: 'Of others' },
};

let storage: TestStorage;
let tocsin: Tocsin;
/** Of a destination that takes every alert, unless it names others. */
let everybody: Receiver;

beforeAll(async () => {
  storage = await createStorage('postgres');
  tocsin = await startTocsin(storage.env);
  everybody = await createReceiver();
  await tocsin.api('POST', '/v1/destinations', { displayName: 'everybody', url: everybody.url });
});

afterAll(async () => {
  await tocsin?.process.stop();
  await everybody?.close();
  await storage?.remove();
});

const load = (words: string[], options: { stop?: AbortSignal; key?: string } = {}) =>
  runCommand(['bench', 'load', '--url', tocsin.url, ...words], {
    ...(options.stop === undefined ? {} : { stop: options.stop }),
    env: { TOCSIN_API_KEY: options.key ?? ADMIN_KEY },
  });

async function destinationNames(): Promise<string[]> {
  const { body } = await tocsin.api('GET', '/v1/destinations');
  return body.items.map(({ displayName }: { displayName: string }) => displayName);
}

test('a load goes out and comes back, has nothing of others, and leaves no destination behind', async () => {
  const words = ['--rate', '10', '--seconds', '2', '--fan-out', '2'];
  const loading = load([...words, '--json']);
  await waitFor(async () => (await destinationNames()).length === 3);
  const other = { ...OTHER, alertId: 'of-others' };
  await tocsin.api('POST', '/v1/alerts', JSON.stringify(other));
  const { code, stdout, stderr } = await loading;
  expect(stderr).toBe('');
  expect(code).toBe(0);
  const result = JSON.parse(stdout);
  expect(result).toMatchObject({ sent: 20, accepted: 20, arrived: 40, expected: 40, firstError: null });
  for (const delays of [result.accept, result.deliver]) {
    expect(delays.p50).toBeLessThanOrEqual(delays.p99);
    expect(delays.p99).toBeLessThanOrEqual(delays.max);
  }
  await waitFor(() => everybody.requests.length > 0);
  expect(everybody.requests.map(({ body }) => JSON.parse(body.toString()).alertId)).toEqual(['of-others']);
  const { body } = await tocsin.api('GET', '/v1/alerts/of-others');
  expect(body.deliveries).toHaveLength(1);
  expect(await destinationNames()).toEqual(['everybody']);
});

test('where nothing can come back, it says so', async () => {
  const words = ['--rate', '5', '--seconds', '1', '--fan-out', '1', '--patience', '1'];
  const nobody = `http://127.0.0.1:${await findFreePort()}`;
  const { code, stdout, stderr } = await load([...words, '--receiver-url', nobody]);
  expect({ code, stderr }).toEqual({ code: 2, stderr: '' });
  expect(stdout).toContain('5 of 5 alerts accepted\n0 of 5 deliveries came\n');
  expect(stdout).toContain('from answer to delivery: none');
  expect(await destinationNames()).toEqual(['everybody']);
});

test('an interrupted load ends in good order', async () => {
  const stop = new AbortController();
  const loading = load(['--rate', '5', '--seconds', '600', '--json'], { stop: stop.signal });
  await waitFor(async () => {
    const { body } = await tocsin.api('GET', '/v1/alerts?q=alert+of+tocsin&limit=50');
    return body.items.length > 25;
  });
  stop.abort();
  const { code, stdout } = await loading;
  expect(code).toBe(130);
  const { sent, accepted, notDeleted } = JSON.parse(stdout);
  expect({ accepted, notDeleted }).toEqual({ accepted: sent, notDeleted: [] });
  expect(sent).toBeLessThan(3_000);
  expect(await destinationNames()).toEqual(['everybody']);
});

test('a key that may not make destinations is refused, and nothing is sent', async () => {
  const made = await tocsin.api('POST', '/v1/api-keys', { name: 'producer', scopes: ['alerts:write'] });
  const { code, stdout, stderr } = await load(['--seconds', '1'], { key: made.body.key });
  expect(code).toBe(1);
  expect(stdout).toBe('');
  expect(stderr).toMatch(/destinations:write/);
});
