import type { IncomingMessage } from 'node:http';
import { describe, expect, test } from '@jest/globals';
import { generateApiKey, generateSessionToken, hashSessionToken } from '@tocsin/secrets';
import { createAuthenticator, type FoundSession } from './authenticator.ts';

const UNAUTHORIZED = { name: 'ProblemError', code: 'unauthorized', status: 401 };
const CSRF = { name: 'ProblemError', code: 'csrf_token_required', status: 403 };

function createFixture() {
  const { key, id, secretHash } = generateApiKey();
  const token = generateSessionToken();
  const found: FoundSession = {
    keyId: 'duty',
    keyName: 'on call',
    scopes: ['alerts:read'],
    expiresAt: new Date('2026-07-01T12:00:00Z'),
  };
  const sessions = new Map([[hashSessionToken(token), found]]);
  const reads: string[] = [];
  const clock = { nowMs: 0 };
  const authenticate = createAuthenticator({
    findKey: async (asked) =>
      asked === id ? { id, name: 'key', scopes: ['admin'], secretHash, revokedAt: null } : null,
    findSession: async (tokenHash) => {
      reads.push(tokenHash);
      return sessions.get(tokenHash) ?? null;
    },
    cacheMs: 2_000,
    now: () => clock.nowMs,
  });
  return { key, token, found, sessions, reads, clock, authenticate };
}

/** A request as the authenticator looks at it. */
function request(cookie: string | undefined, { method = 'GET', ...headers }: Record<string, string> = {}) {
  return { method, headers: { ...(cookie === undefined ? {} : { cookie }), ...headers } } as IncomingMessage;
}

describe('a session', () => {
  test('is recognised by its cookie among others', async () => {
    const { authenticate, token, found } = createFixture();
    const { session, ...principal } = await authenticate(
      undefined,
      request(`theme=dark; tocsin_session=${token}; x=y`),
    );
    expect(principal).toEqual({ keyId: 'duty', keyName: 'on call', scopes: ['alerts:read'] });
    expect(session).toMatchObject({ tokenHash: hashSessionToken(token), expiresAt: found.expiresAt });
    expect(session?.csrfToken).toMatch(/^[A-Za-z0-9_-]{43}$/);
  });

  test('is refused like a key where it is unknown or malformed, and the malformed are not looked up', async () => {
    const { authenticate, token, reads } = createFixture();
    const malformed = [undefined, '', 'tocsin_session', 'tocsin_session=', `tocsin_session=${token}x`, token];
    for (const cookie of malformed)
      await expect(authenticate(undefined, request(cookie))).rejects.toMatchObject(UNAUTHORIZED);
    expect(reads).toEqual([]);
    const unknown = request(`tocsin_session=${generateSessionToken()}`);
    await expect(authenticate(undefined, unknown)).rejects.toMatchObject(UNAUTHORIZED);
    expect(reads).toHaveLength(1);
  });

  test('does not count where there is an Authorization header, be it a good one or not', async () => {
    const { authenticate, key, token, reads } = createFixture();
    const cookie = request(`tocsin_session=${token}`);
    const principal = await authenticate(`Bearer ${key}`, cookie);
    expect(principal).toMatchObject({ keyName: 'key' });
    expect(principal.session).toBeUndefined();
    for (const authorization of ['', 'Bearer tcs_no_key', 'Basic eDp5'])
      await expect(authenticate(authorization, cookie)).rejects.toMatchObject(UNAUTHORIZED);
    expect(reads).toEqual([]);
  });

  test('is read once for cacheMs, and again at once when it is dropped', async () => {
    const { authenticate, token, sessions, reads, clock } = createFixture();
    const ask = () => authenticate(undefined, request(`tocsin_session=${token}`));
    await Promise.all([ask(), ask()]);
    clock.nowMs = 1_999;
    const { session } = await ask();
    expect(reads).toHaveLength(1);
    sessions.clear();
    session?.forget();
    await expect(ask()).rejects.toMatchObject(UNAUTHORIZED);
  });

  test('ends within cacheMs in a process without the news', async () => {
    const { authenticate, token, sessions, clock } = createFixture();
    const ask = () => authenticate(undefined, request(`tocsin_session=${token}`));
    await ask();
    sessions.clear();
    clock.nowMs = 2_000;
    await expect(ask()).rejects.toMatchObject(UNAUTHORIZED);
  });

  test('means nothing to an authenticator without sessions', async () => {
    const authenticate = createAuthenticator({ findKey: async () => null });
    const cookie = request(`tocsin_session=${generateSessionToken()}`);
    await expect(authenticate(undefined, cookie)).rejects.toMatchObject(UNAUTHORIZED);
  });
});

describe('a session’s request that changes something', () => {
  const METHODS = ['POST', 'PATCH', 'PUT', 'DELETE', 'BREW'];

  async function fixtureWithCsrf() {
    const { authenticate, token, key } = createFixture();
    const cookie = `tocsin_session=${token}`;
    const { session } = await authenticate(undefined, request(cookie));
    return { authenticate, cookie, key, csrfToken: session?.csrfToken ?? '' };
  }

  test.each(METHODS)('%s needs the session’s CSRF token', async (method) => {
    const { authenticate, cookie, csrfToken } = await fixtureWithCsrf();
    const other = (await fixtureWithCsrf()).csrfToken;
    const given: Record<string, string>[] = [
      {},
      { 'x-csrf-token': '' },
      { 'x-csrf-token': `${csrfToken}x` },
      { 'x-csrf-token': other },
    ];
    for (const headers of given)
      await expect(authenticate(undefined, request(cookie, { method, ...headers }))).rejects.toMatchObject(
        CSRF,
      );
    const right = request(cookie, { method, 'x-csrf-token': csrfToken });
    expect(await authenticate(undefined, right)).toMatchObject({ keyId: 'duty' });
  });

  test('is refused where the browser names another site, whatever its token', async () => {
    const { authenticate, cookie, csrfToken } = await fixtureWithCsrf();
    const from = (site: string) =>
      authenticate(
        undefined,
        request(cookie, { method: 'POST', 'x-csrf-token': csrfToken, 'sec-fetch-site': site }),
      );
    for (const site of ['cross-site', 'same-site', '', 'nonsense'])
      await expect(from(site)).rejects.toMatchObject(CSRF);
    for (const site of ['same-origin', 'none']) expect(await from(site)).toMatchObject({ keyId: 'duty' });
  });

  test('needs no token with a key, nor for reading', async () => {
    const { authenticate, cookie, key } = await fixtureWithCsrf();
    const post = request(cookie, { method: 'POST', 'sec-fetch-site': 'cross-site' });
    expect(await authenticate(`Bearer ${key}`, post)).toMatchObject({ keyName: 'key' });
    for (const method of ['GET', 'HEAD']) {
      const read = request(cookie, { method, 'sec-fetch-site': 'cross-site' });
      expect(await authenticate(undefined, read)).toMatchObject({ keyId: 'duty' });
    }
  });

  test('may show its origin instead, where the page cannot send a token', async () => {
    const { authenticate, cookie } = await fixtureWithCsrf();
    const ask = (headers: Record<string, string>) =>
      authenticate(undefined, request(cookie, { method: 'PUT', ...headers }), 'same-origin');
    const host = 'tocsin.example.com';
    const good: Record<string, string>[] = [
      { 'sec-fetch-site': 'same-origin' },
      { host, origin: 'https://tocsin.example.com' },
      { host: 'Tocsin.example.com:80', origin: 'http://tocsin.example.com' },
      { host: '[::1]:8080', origin: 'http://[::1]:8080' },
    ];
    for (const headers of good) expect(await ask(headers)).toMatchObject({ keyId: 'duty' });
    const bad: Record<string, string>[] = [
      {},
      { host },
      { origin: 'https://tocsin.example.com' },
      { host, origin: 'null' },
      { host, origin: 'https://evil.example.com' },
      { host, origin: 'https://tocsin.example.com.evil.example' },
      { host, origin: 'https://tocsin.example.com:8443' },
      { host, origin: 'https://tocsin.example.com', 'sec-fetch-site': 'same-site' },
      { host, origin: 'https://tocsin.example.com', 'sec-fetch-site': 'none' },
    ];
    for (const headers of bad) await expect(ask(headers)).rejects.toMatchObject(CSRF);
  });
});
