import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createProducer, createQueueBoardSource, type Producer, type QueueSettings } from '@tocsin/queues';
import {
  createFaultProxy,
  type FaultProxy,
  flushRedisPrefix,
  provideRedis,
  testRedisPrefix,
} from '@tocsin/testkit';
import { ADMIN_KEY, type Control, type SignedIn, startControl } from './control.ts';

const silent = () => undefined;
const log = { debug: silent, info: silent, warn: silent, error: silent };
const sameOrigin = { 'sec-fetch-site': 'same-origin' };
const html = { accept: 'text/html,*/*;q=0.8' };

const DELIVERY = {
  deliveryId: '11111111-1111-4111-8111-111111111111',
  day: '2026-02-03',
  alertId: '22222222-2222-4222-8222-222222222222',
  destinationId: '33333333-3333-4333-8333-333333333333',
  round: 1,
  dispatchNumber: 1,
  severityRank: 1,
  isRetry: false,
  shard: 0,
  attemptsMax: 11,
};

interface Harness {
  control: Control;
  producer: Producer;
  admin: SignedIn;
  reader: SignedIn;
  readerKey: string;
  jobId: string;
  close(): Promise<void>;
}

/** A board over queues with one alert job and one delayed delivery. */
async function startHarness(settingsOf: (databaseUrl: string) => QueueSettings): Promise<Harness> {
  let settings: QueueSettings | undefined;
  const control = await startControl({
    openQueues: async (databaseUrl) => {
      settings = settingsOf(databaseUrl);
      // Makes the tables where the queues are on Postgres, as the service that runs first does.
      await (await createProducer(settings)).close();
      return createQueueBoardSource(settings);
    },
  });
  const producer = await createProducer(settings as QueueSettings);
  await producer.enqueueAlerts([
    { day: '2026-02-03', severityRank: 0, alerts: [{ id: 'a1', facts: '{"type":"RULE"}' }] },
  ]);
  await producer.enqueueDeliveries([DELIVERY]);
  const [, deliveries] = producer.bullQueues();
  // As after a failed attempt.
  const [enqueued] = (await deliveries?.getJobs(['prioritized'])) ?? [];
  await enqueued?.remove();
  await deliveries?.add('delivery', enqueued?.data, { jobId: enqueued?.id as string, delay: 3_600_000 });
  const [delayed] = (await deliveries?.getDelayed()) ?? [];
  const { key: readerKey } = await control.makeKey('alerts:read');
  return {
    control,
    producer,
    admin: await control.signIn(),
    reader: await control.signIn(readerKey),
    readerKey,
    jobId: delayed?.id ?? '',
    async close() {
      await producer.close();
      await control.close();
    },
  };
}

let proxy: FaultProxy;
let redisUrl: string;
const prefix = testRedisPrefix();
beforeAll(async () => {
  redisUrl = (await provideRedis()).url;
  proxy = await createFaultProxy({ target: redisUrl });
});
afterAll(async () => {
  await proxy.close();
  await flushRedisPrefix(redisUrl, `{${prefix}`);
});

describe.each([
  { name: 'Redis', shards: 2, backendOf: () => ({ kind: 'redis' as const, url: redisUrl, prefix }) },
  {
    name: 'Postgres',
    shards: 1,
    backendOf: (databaseUrl: string) => ({ kind: 'postgres' as const, databaseUrl }),
  },
])('the board over queues on $name', ({ shards, backendOf }) => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await startHarness((databaseUrl) => ({ backend: backendOf(databaseUrl), shards, log }));
  });
  afterAll(() => harness.close());

  const queues = async (session = harness.reader) => {
    const { status, body } = await harness.control.browse(
      session,
      '/queues/api/queues?activeQueue=alerts&status=latest&page=1&jobsPerPage=10',
    );
    expect(status).toBe(200);
    return body.queues as Record<string, any>[];
  };

  test('shows all queues, what is in them in words, and to readers no way to change it', async () => {
    const shown = await queues();
    const names = ['alerts', ...Array.from({ length: shards }, (_, shard) => `deliveries-${shard}`)];
    expect(shown.map(({ name }) => name)).toEqual(names);
    expect(shown.every(({ readOnlyMode }) => readOnlyMode === true)).toBe(true);
    expect(shown[0]?.jobs[0].data).toEqual({
      day: '2026-02-03',
      severityRank: 0,
      alertIds: ['a1'],
    });
    expect(shown[1]?.counts.delayed).toBe(1);
  });

  test('shows one delivery, with the way to its alert, and what can be known of the store', async () => {
    const { body } = await harness.control.browse(
      harness.reader,
      `/queues/api/queues/deliveries-0/${encodeURIComponent(harness.jobId)}`,
    );
    expect(body.job).toMatchObject({
      id: harness.jobId,
      data: {
        day: '2026-02-03',
        alertId: DELIVERY.alertId,
        destinationId: DELIVERY.destinationId,
        severityRank: 1,
        isRetry: false,
        attemptsMax: 11,
      },
      externalUrl: { href: `/alerts/${DELIVERY.alertId}` },
    });
    const stats = await harness.control.browse(harness.reader, '/queues/api/redis/stats');
    expect(stats).toMatchObject({ status: 200, body: { version: expect.any(String) } });
    for (const part of ['metrics', 'workers', 'rate-limit', 'default-job-options', 'job-data-schema'])
      expect((await harness.control.browse(harness.reader, `/queues/api/queues/alerts/${part}`)).status).toBe(
        200,
      );
    const flow = `/queues/api/queues/deliveries-0/${harness.jobId}/flow`;
    expect((await harness.control.browse(harness.reader, flow)).status).toBe(200);
  });

  test('nobody has it read more than a page', async () => {
    const read = (query: string, key = harness.readerKey) =>
      fetch(`${harness.control.url}/queues/api/queues?activeQueue=deliveries-0&${query}`, {
        headers: { authorization: `Bearer ${key}` },
      });
    for (const key of [harness.readerKey, ADMIN_KEY]) {
      for (const query of ['jobsPerPage=1000000', 'jobs%50erPage=101', 'status=delayed&page=1e9']) {
        const response = await read(query, key);
        expect([query, response.status]).toEqual([query, 400]);
        expect(await response.json()).toMatchObject({ code: 'invalid_request' });
      }
    }
    expect((await read('jobsPerPage=100&status=delayed&page=1000000')).status).toBe(200);
  });

  test('an admin may change the queues, which the audit log tells', async () => {
    expect((await queues(harness.admin)).every(({ readOnlyMode }) => readOnlyMode === false)).toBe(true);
    const change = (path: string) =>
      harness.control.browse(harness.admin, `/queues/api/queues${path}`, {
        method: 'PUT',
        headers: sameOrigin,
      });
    expect((await change('/alerts/pause')).status).toBe(200);
    expect((await queues())[0]?.isPaused).toBe(true);
    expect((await change('/resume')).status).toBe(200);
    expect((await queues())[0]?.isPaused).toBe(false);
    const { items } = (await harness.control.call('GET', '/v1/audit-log?limit=2')).body;
    const actor = 'admin key from the settings (admin)';
    const action = 'queue.change_requested';
    expect(items).toMatchObject([
      { actor, action, subject: 'queue/all', detail: { request: 'PUT /queues/api/queues/resume' } },
      { actor, action, subject: 'queue/alerts', detail: { request: 'PUT /queues/api/queues/alerts/pause' } },
    ]);
  });

  test('a key in the header is as good as a session, and needs no origin', async () => {
    const ask = (key: string, method: string, path: string) =>
      fetch(`${harness.control.url}${path}`, { method, headers: { authorization: `Bearer ${key}` } });
    expect((await ask(harness.readerKey, 'GET', '/queues/api/queues')).status).toBe(200);
    expect((await ask(harness.readerKey, 'PUT', '/queues/api/queues/alerts/pause')).status).toBe(403);
    expect((await ask(ADMIN_KEY, 'PUT', '/queues/api/queues/alerts/resume')).status).toBe(200);
  });

  test('what cannot be done is said without the inside', async () => {
    const [alert] = (await harness.producer.bullQueues()[0]?.getPrioritized()) ?? [];
    const [waiting] = (await harness.producer.bullQueues()[0]?.getWaiting()) ?? [];
    const id = alert?.id ?? waiting?.id;
    const answer = await harness.control.browse(harness.admin, `/queues/api/queues/alerts/${id}/promote`, {
      method: 'PUT',
      headers: sameOrigin,
    });
    expect(answer.status).toBe(409);
    expect(answer.body.error).toMatch(/not in the delayed state/);
    expect(JSON.stringify(answer.body)).not.toMatch(/ at |node_modules/);
  });
});

describe('who is not signed in', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await startHarness(() => ({
      backend: { kind: 'redis', url: redisUrl, prefix: `${prefix}-strangers` },
      shards: 1,
      log,
    }));
  });
  afterAll(async () => {
    await harness.close();
    await flushRedisPrefix(redisUrl, `{${prefix}-strangers`);
  });

  /** What the board’s page names, and everything it may ask for. */
  async function everyPath(): Promise<string[]> {
    const page = (await harness.control.browse(harness.reader, '/queues')).body as string;
    const files = [...page.matchAll(/(?:src|href)="(static\/[^"]+)"/g)].map(([, file]) => `/queues/${file}`);
    expect(files.length).toBeGreaterThanOrEqual(5);
    for (const file of files) {
      const { status, headers } = await harness.control.browse(harness.reader, file);
      expect([status, headers.get('cache-control')]).toEqual([200, 'private, no-cache']);
    }
    return [
      ...files,
      '/queues',
      '/queues/',
      '/queues//',
      '/queues/queue/alerts',
      `/queues/queue/deliveries-0/${harness.jobId}`,
      '/queues/static/locales/en-US/messages.json',
      '/queues/static',
      '/queues/api/queues',
      '/queues/API/queues',
      '/queues/api/redis/stats',
      '/queues/api/queues/alerts/pause',
      '/queues/api/queues/pause',
      `/queues/api/queues/deliveries-0/${harness.jobId}`,
      `/queues/api/queues/deliveries-0/${harness.jobId}/promote`,
      '/queues/%61pi/queues',
      '/queues/nothing',
    ];
  }

  test('gets no answer but 401, a redirect to the sign-in, or 403, at every path and by every method', async () => {
    const strangers: Record<string, string>[] = [
      {},
      html,
      { cookie: 'tocsin_session=' },
      { cookie: `tocsin_session=${'a'.repeat(43)}`, ...sameOrigin },
      { authorization: 'Bearer tcs_no_key', ...html },
    ];
    for (const path of await everyPath()) {
      for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
        for (const headers of strangers) {
          const response = await fetch(`${harness.control.url}${path}`, {
            method,
            headers,
            redirect: 'manual',
          });
          const text = await response.text();
          expect([path, method, [302, 401, 429].includes(response.status)]).toEqual([path, method, true]);
          expect(text).not.toContain(harness.jobId);
        }
      }
    }
  });

  test.each(['/queues', '/queues/', '/queues/queue/alerts'])(
    'is sent from %s to the sign-in, where it follows a link as a browser',
    async (path) => {
      const response = await fetch(`${harness.control.url}${path}`, { headers: html, redirect: 'manual' });
      expect([response.status, response.headers.get('location')]).toEqual([302, '/login?next=/queues']);
    },
  );

  test.each(['/queues/api/queues', '/queues/static/js/x.js'])(
    'learns at %s that it has to, whatever it accepts',
    async (path) => {
      const response = await fetch(`${harness.control.url}${path}`, { headers: html, redirect: 'manual' });
      expect(response.status).toBe(401);
      expect(await response.json()).toMatchObject({ code: 'unauthorized' });
    },
  );

  test.each(['/queues', '/queues/queue/alerts', '/queues?page=1'])(
    'gets a page at %s that says what its key lacks, where it follows a link as a browser',
    async (path) => {
      const { key } = await harness.control.makeKey('alerts:write');
      const session = await harness.control.signIn(key);
      const page = await harness.control.browse(session, path, { headers: html });
      expect([page.status, page.headers.get('content-type')]).toEqual([403, 'text/html; charset=utf-8']);
      expect(page.body).toContain('<h1>');
      expect(page.body).toContain('The key lacks the scope alerts:read.');
      for (const program of [
        await harness.control.browse(session, path),
        await harness.control.browse(session, '/queues/api/queues', { headers: html }),
      ])
        expect(program).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    },
  );

  test('gets a problem document at /queues where it is a program', async () => {
    const response = await fetch(`${harness.control.url}/queues`);
    expect(response.status).toBe(401);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
  });

  test('the page names no other origin that its policy lets it ask', async () => {
    const { body, headers } = await harness.control.browse(harness.reader, '/queues');
    expect(body).toContain('<base href="/queues/" />');
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy.split(';')).toEqual(
      expect.arrayContaining(["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'"]),
    );
    expect(policy).not.toMatch(/https?:|\*|unsafe/);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-powered-by')).toBeNull();
  });

  test('a reader’s session changes nothing', async () => {
    for (const [method, path] of [
      ['PUT', '/alerts/pause'],
      ['PUT', '/pause'],
      ['PUT', `/deliveries-0/${harness.jobId}/promote`],
      ['PUT', '/alerts/obliterate'],
      ['POST', '/alerts/add'],
      ['PATCH', `/deliveries-0/${harness.jobId}/update-data`],
    ] as const) {
      const answer = await harness.control.browse(harness.reader, `/queues/api/queues${path}`, {
        method,
        headers: sameOrigin,
      });
      expect(answer).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    }
    const [{ waiting }, { delayed }] = (await harness.producer.depths()) as [any, any];
    expect([waiting, delayed]).toEqual([1, 1]);
  });

  test('an admin’s session changes nothing for another site’s page, be it with the CSRF token', async () => {
    const others: Record<string, string>[] = [
      {},
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': 'none' },
      { origin: 'https://evil.example.com' },
      { origin: 'null' },
    ];
    const pause = (headers: Record<string, string>) =>
      harness.control.browse(harness.admin, '/queues/api/queues/alerts/pause', { method: 'PUT', headers });
    for (const headers of others)
      expect(await pause(headers)).toMatchObject({ status: 403, body: { code: 'csrf_token_required' } });
    expect((await pause({ origin: harness.control.url })).status).toBe(200);
  });

  test('a key or a session without alerts:read sees nothing', async () => {
    const scopes = ['alerts:write', 'destinations:write', 'deliveries:resend'] as const;
    const { key } = await harness.control.makeKey(...scopes);
    const session = await harness.control.signIn(key);
    for (const path of await everyPath()) {
      const byKey = await fetch(`${harness.control.url}${path}`, {
        headers: { authorization: `Bearer ${key}` },
      });
      expect([path, byKey.status]).toEqual([path, 403]);
      expect(await byKey.json()).toMatchObject({ code: 'forbidden' });
      expect(await harness.control.browse(session, path)).toMatchObject({
        status: 403,
        body: { code: 'forbidden' },
      });
    }
  });

  test('nobody writes jobs by hand', async () => {
    const [, deliveries] = harness.producer.bullQueues();
    for (const [method, path] of [
      ['POST', '/alerts/add'],
      ['POST', '/Alerts/ADD'],
      ['PATCH', `/deliveries-0/${harness.jobId}/update-data`],
      ['PATCH', `/deliveries-0/${harness.jobId}/Update-Data/`],
    ] as const) {
      const answer = await harness.control.browse(harness.admin, `/queues/api/queues${path}`, {
        method,
        headers: sameOrigin,
      });
      expect(answer).toMatchObject({ status: 405, body: { code: 'method_not_allowed' } });
    }
    expect((await deliveries?.getJob(harness.jobId))?.data).toHaveLength(5);
  });
});

describe('a board without its queues', () => {
  test('Redis unavailable: 503 at once, the page comes all the same, and it closes without waiting', async () => {
    await proxy.refuse();
    const control = await startControl({
      openQueues: async () =>
        createQueueBoardSource({ backend: { kind: 'redis', url: proxy.url, prefix }, shards: 1, log }),
    });
    const session = await control.signIn();
    // All of this comes while Redis stays unavailable: none of it waits for Redis.
    const answer = await control.browse(session, '/queues/api/queues');
    expect(answer).toMatchObject({ status: 503, body: { code: 'unavailable' } });
    expect((await control.browse(session, '/queues')).status).toBe(200);
    expect((await control.browse(session, '/v1/destinations')).status).toBe(200);
    await control.close();
    await proxy.pass();
  });

  test('Redis silent: 503 while it is', async () => {
    const control = await startControl({
      openQueues: async () =>
        createQueueBoardSource({ backend: { kind: 'redis', url: proxy.url, prefix }, shards: 1, log }),
    });
    const session = await control.signIn();
    expect((await control.browse(session, '/queues/api/queues')).status).toBe(200);
    await proxy.hang();
    // All of this comes while Redis stays silent; what one key asks beyond its bound does not wait for it.
    const asked = Array.from({ length: 40 }, async () => {
      return (await control.browse(session, '/queues/api/queues')).status;
    });
    expect(await Promise.race(asked)).toBe(429);
    const { key } = await control.makeKey('alerts:read');
    expect((await control.browse(await control.signIn(key), '/queues/api/queues')).status).toBe(503);
    await proxy.pass();
    await proxy.reset();
    await Promise.all(asked);
    await control.close();
  });

  test('without REDIS_URL there is none, which is said to those who are signed in', async () => {
    const control = await startControl();
    expect((await fetch(`${control.url}/queues`)).status).toBe(401);
    const session = await control.signIn();
    const answer = await control.browse(session, '/queues');
    expect(answer).toMatchObject({ status: 404, body: { code: 'not_found' } });
    expect(answer.body.detail).toContain('REDIS_URL');
    const page = await control.browse(session, '/queues', { headers: html });
    expect([page.status, page.headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8']);
    expect(page.body).toContain('REDIS_URL');
    await control.close();
  });
});
