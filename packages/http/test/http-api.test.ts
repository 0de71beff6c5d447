import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  deleteDestination,
  getAlert,
  listAlerts,
  ProblemError,
  previewRoute,
  testDraft,
} from '@tocsin/contract';
import { defineRoute } from '../src/index.ts';
import { createCaller, problemOf } from './fixtures/caller.ts';
import { closeServers, startServer } from './fixtures/server.ts';

const DECISION = { rule: 'filters' as const, destinationIds: [], skipped: [], notes: [] };
const UUID = '0198b5d2-0000-7000-8000-000000000000';

let server: Awaited<ReturnType<typeof startServer>>;
let admin: string;
let ask: ReturnType<typeof createCaller>['ask'];
/** What the handlers were given. */
const seen: Record<string, unknown>[] = [];

beforeAll(async () => {
  server = await startServer({
    routes: [
      defineRoute(listAlerts, async ({ query, principal }) => {
        seen.push({ query, principal });
        return { items: [], nextCursor: null };
      }),
      defineRoute(getAlert, async ({ params }) => {
        throw new ProblemError('not_found', { detail: `No alert ${params.alertId}.`, internal: 'canary' });
      }),
      defineRoute(previewRoute, async ({ body }) => {
        seen.push({ body });
        return DECISION;
      }),
      defineRoute(deleteDestination, async () => undefined),
      defineRoute(testDraft, async () => {
        throw new ProblemError('overloaded');
      }),
    ],
  });
  admin = server.keyring.add('admin');
  ({ ask } = createCaller(server.url, admin));
});
afterAll(closeServers);

describe('an answer', () => {
  test('is JSON with the endpoint’s status, and is never cached', async () => {
    const answer = await ask('/v1/alerts?limit=5');
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.text)).toEqual({ items: [], nextCursor: null });
    expect(answer.header('content-type')).toBe('application/json');
    expect(answer.header('cache-control')).toBe('no-store');
    expect(answer.header('x-powered-by')).toBeNull();
    expect(seen.pop()).toMatchObject({
      query: { limit: 5 },
      principal: { keyName: 'test', scopes: ['admin'] },
    });
  });

  test('has no body where there is nothing to say', async () => {
    const answer = await ask(`/v1/destinations/${UUID}`, { method: 'DELETE' });
    expect([answer.status, answer.text, answer.header('content-type')]).toEqual([204, '', null]);
  });

  test('carries the request’s id: the caller’s, or a new one', async () => {
    const given = await ask('/v1/alerts', { headers: { 'x-request-id': 'abc-1.2:3' } });
    expect(given.header('x-request-id')).toBe('abc-1.2:3');
    const made = await ask('/v1/alerts');
    expect(made.header('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    const refused = await ask('/v1/alerts', { headers: { 'x-request-id': 'a b"\t<x>' } });
    expect(refused.header('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    const long = await ask('/v1/alerts', { headers: { 'x-request-id': 'a'.repeat(129) } });
    expect(long.header('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('who may', () => {
  test('no key, and any wrong one, is 401 with WWW-Authenticate', async () => {
    for (const key of [null, 'Bearer x', 'Bearer tcs_a_b', admin.replace('Bearer', 'Basic'), `${admin}x`]) {
      const answer = await ask('/v1/alerts', { key });
      expect(problemOf(answer).code).toBe('unauthorized');
      expect(answer.header('www-authenticate')).toBe('Bearer');
    }
  });

  test('a wrong scope is 403 and names the right one', async () => {
    const key = server.keyring.add('alerts:write', 'alerts:read');
    expect((await ask('/v1/alerts', { key })).status).toBe(200);
    const answer = await ask(`/v1/destinations/${UUID}`, { method: 'DELETE', key });
    expect(problemOf(answer)).toMatchObject({
      code: 'forbidden',
      detail: expect.stringContaining('destinations:write'),
    });
  });

  test('a stranger learns nothing: everything wrong with a request is said only to those who may', async () => {
    const wrong = { method: 'POST', body: '{', headers: { 'content-type': 'text/plain' } };
    for (const key of [null, server.keyring.add('alerts:write')]) {
      const answer = await ask('/v1/route?explian=1', { ...wrong, key });
      expect(answer.status).toBe(key === null ? 401 : 403);
      expect(problemOf(answer).errors).toBeUndefined();
    }
  });

  test('what authenticate is given lets others look at more than the header', async () => {
    const other = await startServer({
      routes: [defineRoute(listAlerts, async () => ({ items: [], nextCursor: null }))],
      authenticate: async (authorization, request) => {
        expect(authorization).toBeUndefined();
        if (request?.headers.cookie !== 'session=1') throw new ProblemError('unauthorized');
        return { keyId: 's', keyName: 'session', scopes: ['alerts:read'] };
      },
    });
    const status = async (cookie: string) =>
      (await fetch(`${other.url}/v1/alerts`, { headers: { cookie } })).status;
    expect([await status('session=1'), await status('session=2')]).toEqual([200, 401]);
  });
});

describe('paths and methods', () => {
  test('an unknown path is 404', async () => {
    for (const path of [
      '/',
      '/v1',
      '/v1/nothing',
      '/V1/alerts',
      '/v1/alerts/',
      '/v1/alerts/a/b',
      '//v1/alerts',
    ]) {
      expect(problemOf(await ask(path)).code).toBe('not_found');
    }
  });

  test('a known path with another method is 405, and Allow has those there are', async () => {
    const answer = await ask('/v1/alerts', { method: 'PUT' });
    expect(problemOf(answer).code).toBe('method_not_allowed');
    expect(answer.header('allow')).toBe('GET, HEAD, OPTIONS');
    expect((await ask('/v1/route')).header('allow')).toBe('OPTIONS, POST');
  });

  test('a literal path wins over a templated one', async () => {
    const answer = await ask('/v1/destinations/test');
    expect([answer.status, answer.header('allow')]).toEqual([405, 'OPTIONS, POST']);
  });

  test('HEAD is GET without the body', async () => {
    const answer = await ask('/v1/alerts', { method: 'HEAD' });
    expect([answer.status, answer.text, answer.header('content-length')]).toEqual([200, '', '30']);
    expect((await ask('/v1/alerts', { method: 'HEAD', key: null })).status).toBe(401);
    expect((await ask('/v1/route', { method: 'HEAD' })).status).toBe(405);
  });

  test('OPTIONS says what there is, and does nothing', async () => {
    const before = seen.length;
    const answer = await ask('/v1/route', { method: 'OPTIONS', key: null });
    expect([answer.status, answer.text, answer.header('allow')]).toEqual([204, '', 'OPTIONS, POST']);
    expect(answer.header('access-control-allow-origin')).toBeNull();
    expect(seen).toHaveLength(before);
  });

  test('a path parameter that cannot be decoded, or is not valid, is 400', async () => {
    expect(problemOf(await ask('/v1/alerts/%zz')).code).toBe('invalid_request');
    expect(problemOf(await ask('/v1/alerts/%E0%A4%A')).code).toBe('invalid_request');
    for (const id of ['a%2Fb', 'a%00', '%F0%9F%92%A3', '%2e%2e%2fx', 'a'.repeat(129)]) {
      expect(problemOf(await ask(`/v1/alerts/${id}`)).errors?.[0]?.path).toBe('alertId');
    }
    expect(problemOf(await ask('/v1/alerts/a:b.c')).detail).toBe('No alert a:b.c.');
  });

  test('an unknown or repeated query parameter is 400', async () => {
    expect(problemOf(await ask('/v1/alerts?sevrity=HIGH')).errors?.[0]?.path).toBe('sevrity');
    expect(problemOf(await ask('/v1/alerts?limit=1&limit=2')).errors?.[0]).toEqual({
      path: 'limit',
      message: 'must be given once',
    });
    expect(problemOf(await ask(`/v1/destinations/${UUID}?x=1`, { method: 'DELETE' })).errors?.[0]?.path).toBe(
      'x',
    );
  });
});
