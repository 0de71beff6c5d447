import { afterAll, describe, expect, test } from '@jest/globals';
import { createSession, deleteSession, getSession } from '@tocsin/contract';
import { generateSessionToken, hashSessionToken } from '@tocsin/secrets';
import { createAuthenticator, defineRoute, type HttpHandlerOptions } from '../src/index.ts';
import { createCaller, problemOf } from './fixtures/caller.ts';
import { closeServers, startServer } from './fixtures/server.ts';

afterAll(closeServers);

const token = generateSessionToken();
const cookie = `tocsin_session=${token}`;
const findSession = async (tokenHash: string) =>
  tokenHash === hashSessionToken(token)
    ? { keyId: 'duty', keyName: 'on call', scopes: [], expiresAt: new Date(0) }
    : null;

const view = { keyId: 'duty', keyName: 'on call', scopes: [], csrfToken: null, expiresAt: null };

/** A server with a public endpoint and two that are not; what its handlers saw is in `seen`. */
async function start(given: Partial<HttpHandlerOptions> = {}) {
  const seen: { address: string; keyId: string }[] = [];
  const server = await startServer({
    routes: [
      defineRoute(createSession, async ({ clientAddress, principal, setCookie }) => {
        seen.push({ address: clientAddress, keyId: principal.keyId });
        setCookie({ name: 'one', value: 'a b', maxAgeSeconds: 60, secure: true });
        setCookie({ name: 'two', value: '', maxAgeSeconds: 0, secure: false });
        return view;
      }),
      defineRoute(getSession, async ({ principal }) => ({
        ...view,
        csrfToken: principal.session?.csrfToken ?? null,
      })),
      defineRoute(deleteSession, async () => undefined),
    ],
    authenticate: createAuthenticator({ findKey: async () => null, findSession, cacheMs: 0 }),
    ...given,
  });
  return { ...createCaller(server.url, ''), url: server.url, seen };
}

describe('a public endpoint', () => {
  test('answers without a key, and with a wrong one, as nobody', async () => {
    const { url, seen } = await start();
    for (const authorization of [undefined, 'Bearer wrong']) {
      const response = await fetch(`${url}/v1/session`, {
        method: 'POST',
        body: '{"key":"x"}',
        headers: {
          'content-type': 'application/json',
          ...(authorization === undefined ? {} : { authorization }),
        },
      });
      expect(response.status).toBe(201);
    }
    expect(seen).toEqual([
      { address: '127.0.0.1', keyId: '' },
      { address: '127.0.0.1', keyId: '' },
    ]);
  });

  test('reads no more than 16 KiB of a stranger, and only JSON', async () => {
    const { post } = await start();
    const large = await post('/v1/session', JSON.stringify({ key: 'x'.repeat(16 * 1024) }));
    expect(problemOf(large).code).toBe('request_too_large');
    const form = await post('/v1/session', 'key=x', { 'content-type': 'application/x-www-form-urlencoded' });
    expect(problemOf(form).code).toBe('unsupported_media_type');
  });

  test('sets cookies that no script and no other site gets', async () => {
    const { url } = await start();
    const response = await fetch(`${url}/v1/session`, {
      method: 'POST',
      body: '{"key":"x"}',
      headers: { 'content-type': 'application/json' },
    });
    expect(response.headers.getSetCookie()).toEqual([
      'one=a%20b; Max-Age=60; Path=/; HttpOnly; Secure; SameSite=Strict',
      'two=; Max-Age=0; Path=/; HttpOnly; SameSite=Strict',
    ]);
  });
});

describe('the client’s address', () => {
  const login = (address: string) => ({
    method: 'POST',
    body: '{"key":"x"}',
    headers: { 'content-type': 'application/json', 'x-forwarded-for': address },
    key: null,
  });

  test.each([
    [0, '127.0.0.1'],
    [1, '203.0.113.7'],
    [2, '198.51.100.1'],
    [9, 'spoofed'],
  ])('behind %i proxies is what the last of them saw: %s', async (proxyHops, expected) => {
    const { ask, seen } = await start({ proxyHops });
    await ask('/v1/session', login('spoofed, 198.51.100.1, 203.0.113.7'));
    expect(seen).toMatchObject([{ address: expected }]);
  });
});

describe('a session over HTTP', () => {
  test('reads without, and changes with its CSRF token', async () => {
    const { ask } = await start();
    const who = await ask('/v1/session', { key: null, headers: { cookie } });
    const { csrfToken } = JSON.parse(who.text) as { csrfToken: string };
    const remove = (headers: Record<string, string>) =>
      ask('/v1/session', { method: 'DELETE', key: null, headers: { cookie, ...headers } });
    expect(problemOf(await remove({})).code).toBe('csrf_token_required');
    const crossSite = { 'x-csrf-token': csrfToken, 'sec-fetch-site': 'cross-site' };
    expect(problemOf(await remove(crossSite)).code).toBe('csrf_token_required');
    expect((await remove({ 'x-csrf-token': csrfToken })).status).toBe(204);
  });

  test('counts against the rate of its key, pages that are no endpoints included', async () => {
    const { ask } = await start({
      rateLimitPerSecond: 1,
      extend: (app, { authenticate }) => {
        app.get('/page', async (request, response) => {
          const { keyId } = await authenticate(undefined, request);
          response.end(keyId);
        });
      },
    });
    const get = (path: string) => ask(path, { key: null, headers: { cookie } });
    expect((await get('/page')).text).toBe('duty');
    const answers = await Promise.all(['/page', '/v1/session', '/page', '/v1/session'].map(get));
    expect(answers.filter(({ status }) => status === 429).length).toBeGreaterThanOrEqual(2);
  });
});
