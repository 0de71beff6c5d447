import { afterEach, describe, expect, test } from '@jest/globals';
import { getAlert, listAlerts, ProblemError, previewRoute } from '@tocsin/contract';
import { z } from 'zod';
import { createStartingHandler, defineInternalRoute, defineRoute, mergeHttpHandlers } from '../src/index.ts';
import { createCaller, problemOf } from './fixtures/caller.ts';
import { closeServers, startServer, until } from './fixtures/server.ts';

const start = (given: Partial<Parameters<typeof startServer>[0]> = {}) =>
  startServer({ routes: [LIST], ...given });
afterEach(closeServers);

const LIST = defineRoute(listAlerts, async () => ({ items: [], nextCursor: null }));
const json = async (url: string) => {
  const response = await fetch(url);
  return { status: response.status, body: await response.json() };
};

describe('what an orchestrator asks', () => {
  test('healthz and readyz answer without a key, and readyz reports dependencies without judging', async () => {
    const { url } = await start({ readiness: async () => ({ database: 'unavailable', redis: 'up' }) });
    expect(await json(`${url}/healthz`)).toEqual({ status: 200, body: { status: 'ok', service: 'test' } });
    expect(await json(`${url}/readyz`)).toEqual({
      status: 200,
      body: { status: 'ready', service: 'test', dependencies: { database: 'unavailable', redis: 'up' } },
    });
    expect((await fetch(`${url}/healthz`, { method: 'POST' })).headers.get('allow')).toBe(
      'GET, HEAD, OPTIONS',
    );
  });

  test('readyz is 503 while draining', async () => {
    const { url } = await start({ state: () => 'draining' });
    expect(await json(`${url}/readyz`)).toMatchObject({ status: 503, body: { status: 'draining' } });
    expect((await json(`${url}/healthz`)).status).toBe(200);
  });

  test('a service that is starting says so, is not ready, and answers whatever is asked of it with 503', async () => {
    const { url } = await startServer({ routes: [], create: createStartingHandler });
    expect((await json(`${url}/healthz`)).status).toBe(200);
    expect(await json(`${url}/readyz`)).toMatchObject({ status: 503, body: { status: 'starting' } });
    expect((await fetch(`${url}/metrics`)).status).toBe(200);
    for (const [method, path] of [
      ['POST', '/v1/alerts'],
      ['GET', '/nowhere'],
    ]) {
      const response = await fetch(`${url}${path}`, { method: method as string });
      expect([response.status, response.headers.get('retry-after')]).toEqual([503, '2']);
      expect(await response.json()).toMatchObject({ code: 'unavailable' });
    }
  });

  test('a dependency that hangs or fails does not fail readyz', async () => {
    const hanging = await start({ readiness: () => new Promise(() => {}) });
    const failing = await start({ readiness: () => Promise.reject(new Error('canary')) });
    expect(await json(`${hanging.url}/readyz`)).toMatchObject({
      status: 200,
      body: { dependencies: { readiness: 'did not answer in time' } },
    });
    const answer = await json(`${failing.url}/readyz`);
    expect(answer).toMatchObject({
      status: 200,
      body: { dependencies: { readiness: 'could not be asked' } },
    });
    expect(JSON.stringify(answer)).not.toContain('canary');
  });

  test('metrics count requests by route template, never by path', async () => {
    const { url, keyring } = await start({
      routes: [
        LIST,
        defineRoute(getAlert, async () => {
          throw new ProblemError('not_found');
        }),
      ],
    });
    const { ask } = createCaller(url, keyring.add('admin'));
    for (const id of ['one', 'two', 'three']) await ask(`/v1/alerts/${id}`);
    await ask('/v1/alerts');
    await ask('/somewhere/else');
    await ask('/v1/alerts', { key: null });
    const response = await fetch(`${url}/metrics`);
    expect(response.headers.get('content-type')).toMatch(/^text\/plain/);
    const text = await response.text();
    const count = (labels: string) =>
      text
        .split('\n')
        .find((line) =>
          line.startsWith(`tocsin_http_request_duration_seconds_count{service="test",${labels}`),
        );
    expect(count('method="GET",route="/v1/alerts/{alertId}",status="404"')).toMatch(/ 3$/);
    expect(count('method="GET",route="/v1/alerts",status="200"')).toMatch(/ 1$/);
    expect(count('method="GET",route="/v1/alerts",status="401"')).toMatch(/ 1$/);
    expect(count('method="GET",route="unmatched",status="404"')).toMatch(/ 1$/);
    expect(text).not.toMatch(/alerts\/one|somewhere/);
    expect(text).toMatch(/tocsin_http_problems_total\{code="not_found",service="test"\} 4/);
    expect(text).toContain('process_cpu_seconds_total');
  });
});

describe('the log', () => {
  test('has one line per request, at debug, with the template, the key’s id and no query', async () => {
    const { url, keyring, lines } = await start();
    const { ask } = createCaller(url, keyring.add('admin'));
    await ask('/v1/alerts?q=canary', { headers: { 'x-request-id': 'r1' } });
    await ask('/v1/alerts?oops=canary', { headers: { 'x-request-id': 'r2' } });
    await until(() => lines.length === 2, 'two lines');
    expect(lines[0]).toMatchObject({
      level: 'debug',
      msg: 'request',
      requestId: 'r1',
      method: 'GET',
      route: '/v1/alerts',
      status: '200',
      keyId: [...keyring.stored.keys()][0],
      durationMs: expect.any(Number),
    });
    expect(lines[1]).toMatchObject({
      level: 'debug',
      requestId: 'r2',
      status: '400',
      code: 'invalid_request',
    });
    expect(JSON.stringify(lines)).not.toContain('canary');
  });

  test('a handler’s own lines carry the request’s id, and its signal aborts when the caller goes', async () => {
    const aborted = Promise.withResolvers<void>();
    const { url, keyring, lines } = await start({
      routes: [
        defineRoute(listAlerts, async ({ log, signal }) => {
          log.info('working');
          signal.addEventListener('abort', () => aborted.resolve());
          await aborted.promise;
          return { items: [], nextCursor: null };
        }),
      ],
    });
    const controller = new AbortController();
    const request = fetch(`${url}/v1/alerts`, {
      headers: { authorization: keyring.add('admin'), 'x-request-id': 'r1' },
      signal: controller.signal,
    });
    await until(() => lines.some(({ msg }) => msg === 'working'), 'the handler’s line');
    controller.abort();
    await expect(request).rejects.toThrow();
    await aborted.promise;
    await until(() => lines.some(({ status }) => status === 'aborted'), 'the request’s line');
    expect(lines.map(({ requestId }) => requestId)).toEqual(['r1', 'r1']);
  });
});

describe('the rate limit', () => {
  test('is per key, says when to come back, and lifts', async () => {
    const { url, keyring } = await start({ rateLimitPerSecond: 3 });
    const one = createCaller(url, keyring.add('admin'));
    const other = createCaller(url, keyring.add('admin'));
    const answers = await Promise.all(Array.from({ length: 5 }, () => one.ask('/v1/alerts')));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 429, 429]);
    for (const answer of answers.filter(({ status }) => status === 429)) {
      expect(problemOf(answer).code).toBe('rate_limited');
      expect(answer.header('retry-after')).toBe('1');
    }
    expect((await other.ask('/v1/alerts')).status).toBe(200);
    await until(async () => (await one.ask('/v1/alerts')).status === 200, 'the limit lifts');
  });

  test('counts what a key may not do, too', async () => {
    const { url, keyring } = await start({ rateLimitPerSecond: 2 });
    const { ask } = createCaller(url, keyring.add('alerts:write'));
    const answers = await Promise.all(Array.from({ length: 3 }, () => ask('/v1/alerts')));
    expect(answers.map(({ status }) => status).sort()).toEqual([403, 403, 429]);
  });

  test('is not spent by those who have no key', async () => {
    const { url, keyring } = await start({ rateLimitPerSecond: 1 });
    const { ask } = createCaller(url, keyring.add('admin'));
    for (let index = 0; index < 5; index += 1) {
      expect((await ask('/v1/alerts', { key: 'Bearer tcs_a_b' })).status).toBe(401);
    }
    expect((await ask('/v1/alerts')).status).toBe(200);
  });
});

describe('internal routes', () => {
  const double = defineInternalRoute({
    method: 'post',
    path: '/internal/double',
    bodySchema: z.array(z.number()),
    handler: async (numbers) => numbers.map((number) => number * 2),
  });
  const TOKEN = 'a-service-token-of-some-length';

  test('answer to the service token alone', async () => {
    const { url, keyring } = await start({ internal: [double], serviceToken: TOKEN });
    const admin = keyring.add('admin');
    const service = createCaller(url, `Bearer ${TOKEN}`);
    expect(JSON.parse((await service.post('/internal/double', [1, 2])).text)).toEqual([2, 4]);
    for (const key of [null, admin, 'Bearer ', `Bearer ${TOKEN}x`, TOKEN]) {
      expect(problemOf(await service.ask('/internal/double', { method: 'POST', key })).code).toBe(
        'unauthorized',
      );
    }
    expect(problemOf(await service.ask('/v1/alerts')).code).toBe('unauthorized');
  });

  test('validate, and take up to 16 MiB', async () => {
    const { url } = await start({ internal: [double], serviceToken: TOKEN });
    const { post } = createCaller(url, `Bearer ${TOKEN}`);
    expect(problemOf(await post('/internal/double', [1, 'a'])).errors?.[0]?.path).toBe('[1]');
    expect(problemOf(await post('/internal/double', '')).code).toBe('invalid_request');
    expect((await post('/internal/double', `[1${' '.repeat(16 * 1024 * 1024 - 3)}]`)).status).toBe(200);
    expect((await post('/internal/double', `[1${' '.repeat(16 * 1024 * 1024)}]`)).status).toBe(413);
  });

  test('do not exist without a service token', async () => {
    const { url } = await start({ internal: [double] });
    expect((await createCaller(url, 'Bearer x').post('/internal/double', [1])).status).toBe(404);
  });
});

describe('several services in one process', () => {
  test('are one handler over the union of their parts', async () => {
    const parts = [
      { routes: [LIST], readiness: async () => ({ database: 'up' }) },
      {
        routes: [
          defineRoute(previewRoute, async () => {
            throw new Error('of the second');
          }),
        ],
        readiness: async () => ({ queues: 'up' }),
        mapError: () => new ProblemError('overloaded'),
        extend: (app: {
          get: (
            path: string,
            handler: (request: unknown, response: { send(text: string): void }) => void,
          ) => void;
        }) => {
          app.get('/page', (_, response) => response.send('a page'));
        },
      },
    ];
    const { url, keyring } = await start(mergeHttpHandlers(parts as never));
    const { ask, post } = createCaller(url, keyring.add('admin'));
    expect((await ask('/v1/alerts')).status).toBe(200);
    const alert = { id: 'a', createdAt: '2026-07-01T07:57Z', severity: 'LOW', type: 'RULE', title: 't' };
    expect((await post('/v1/route', alert)).status).toBe(503);
    expect((await ask('/page', { key: null })).text).toBe('a page');
    expect((await json(`${url}/readyz`)).body).toMatchObject({
      dependencies: { database: 'up', queues: 'up' },
    });
  });

  test('cannot serve the same path twice', async () => {
    await expect(start({ routes: [LIST, LIST] })).rejects.toThrow('Two routes serve GET /v1/alerts');
  });
});
