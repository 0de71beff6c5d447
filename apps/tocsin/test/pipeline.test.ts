import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createReceiver, loadAlertSets, type Receiver, waitFor } from '@tocsin/testkit';
import { receiverPath, summariseReceived } from './summarise-received.ts';
import {
  createStorage,
  openDeliveries,
  startTocsin,
  type TestStorage,
  type Tocsin,
} from './tocsin-process.ts';

const KEYS = [
  'id',
  'createdAt',
  'severity',
  'type',
  'link',
  'title',
  'name',
  'alertId',
  'description',
  'runbook',
  'tags',
  'version',
];

/** The embedded default keeps everything in its data folder; the other two are given their servers. */
async function storageOf(kind: 'embedded' | 'redis'): Promise<TestStorage> {
  if (kind === 'redis') return createStorage('redis');
  const dataDir = mkdtempSync(path.join(os.tmpdir(), 'tocsin-embedded-'));
  return {
    env: { TOCSIN_DATA_DIR: path.join(dataDir, '.tocsin') },
    remove: async () => rmSync(dataDir, { recursive: true, force: true }),
  };
}

const runs = loadAlertSets().flatMap((set) =>
  (['embedded', 'redis'] as const).map(
    (kind) => [set.lines.length, set.what, set.destinations.length, kind, set] as const,
  ),
);

describe.each(runs)('%i %s to %i destinations (%s)', (alertCount, _what, _count, kind, set) => {
  let storage: TestStorage;
  let receiver: Receiver;
  let tocsin: Tocsin;

  beforeAll(async () => {
    storage = await storageOf(kind);
    receiver = await createReceiver();
    tocsin = await startTocsin(storage.env);
    for (const destination of set.destinations) {
      const url = `${receiver.url}${receiverPath(destination)}`;
      const created = await tocsin.api('POST', '/v1/destinations', { ...destination, url });
      expect(created.status).toBe(201);
    }
  });

  afterAll(async () => {
    await tocsin?.process.stop();
    await receiver?.close();
    await storage?.remove();
  });

  const send = async () => {
    const sums = { accepted: 0, duplicates: 0, rejected: 0 };
    for (let start = 0; start < set.lines.length; start += 500) {
      const lines = set.lines.slice(start, start + 500).join('\n');
      const { status, body } = await tocsin.api('POST', '/v1/alerts', lines, 'application/x-ndjson');
      expect(status).toBe(202);
      for (const key of Object.keys(sums) as (keyof typeof sums)[]) sums[key] += body[key];
    }
    return sums;
  };

  test('make exactly the expected deliveries, none twice', async () => {
    expect(await send()).toEqual({ accepted: alertCount, duplicates: 0, rejected: 0 });
    await receiver.waitFor(set.expected.totalDeliveries);
    await waitFor(async () => (await openDeliveries(tocsin)) === 0);
    expect(receiver.requests).toHaveLength(set.expected.totalDeliveries);
    expect(summariseReceived(receiver.requests, set)).toEqual(set.expected.perDestination);
    const ids = receiver.requests.map((request) => request.headers['webhook-id']);
    expect(new Set(ids).size).toBe(set.expected.totalDeliveries);
  });

  test('arrive with exactly the keys of the contract, in its order, and the producer’s values', () => {
    const sent = new Map(set.lines.map((line) => [JSON.parse(line).alertId, JSON.parse(line)]));
    for (const { body, headers } of receiver.requests) {
      const payload = JSON.parse(body.toString());
      expect(Object.keys(payload)).toEqual(KEYS);
      const {
        logTypes: _,
        destinations: __,
        outputIds: ___,
        alertContext: ____,
        ...given
      } = sent.get(payload.alertId);
      expect(payload).toMatchObject(given);
      expect(headers['content-type']).toBe('application/json');
    }
  });

  test('carry their destination’s own headers', () => {
    const archive = receiver.requests.find((request) => request.path === '/hook/00');
    expect(archive?.headers['x-api-key']).toBe('test-key-00');
    expect(archive?.headers['user-agent']).toMatch(/^Tocsin\/\d/);
  });

  test('sent again are duplicates and no delivery', async () => {
    const before = receiver.requests.length;
    expect(await send()).toEqual({ accepted: 0, duplicates: alertCount, rejected: 0 });
    expect(await openDeliveries(tocsin)).toBe(0);
    expect(receiver.requests).toHaveLength(before);
  });

  test('are counted in the statistics, each once, and so are their log types', async () => {
    const { body } = await tocsin.api('GET', '/v1/stats');
    const deliveries = set.expected.totalDeliveries;
    expect(body.totals).toMatchObject({
      accepted: alertCount,
      succeeded: deliveries,
      failed: 0,
      failedAttempts: 0,
    });
    expect(body.totals.delayP50Ms).toBeGreaterThan(0);
    expect(body.now).toEqual({ waiting: 0, queued: 0, delayed: 0, oldestOpenAt: null });
    const perDestination = body.destinations.map(({ succeeded }: { succeeded: number }) => succeeded);
    expect(perDestination).toHaveLength(set.destinations.length);
    expect(perDestination.reduce((sum: number, succeeded: number) => sum + succeeded, 0)).toBe(deliveries);
    const logTypes = new Set(set.lines.flatMap((line) => JSON.parse(line).logTypes ?? []));
    const { body: listed } = await tocsin.api('GET', '/v1/log-types');
    expect([...listed.items].sort()).toEqual([...logTypes].sort());
  });

  test('can be read back with their decision and every attempt', async () => {
    const [line] = set.lines as [string];
    const { alertId, title } = JSON.parse(line);
    const { body } = await tocsin.api('GET', `/v1/alerts/${alertId}`);
    expect(body).toMatchObject({ alertId, title, status: 'succeeded', routing: { rule: 'filters' } });
    expect(body.deliveries.map((delivery: any) => delivery.attempts.length)).toEqual(
      body.routing.destinationIds.map(() => 1),
    );
    expect(body.deliveries[0].attempts[0]).toMatchObject({
      round: 1,
      number: 1,
      trigger: 'auto',
      statusCode: 200,
      error: null,
    });
  });
});
