import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { hashSessionToken } from '@tocsin/secrets';
import { ADMIN_KEY, type Control, startControl } from './control.ts';

let control: Control;
beforeAll(async () => {
  control = await startControl({ proxyHops: 1 });
});
afterAll(() => control.close());

let callers = 0;
/** An address that nobody has signed in from yet. */
const newAddress = () => {
  callers += 1;
  return `100.64.${callers >> 8}.${callers & 255}`;
};
const signIn = (key = ADMIN_KEY, address = newAddress()) =>
  control.signIn(key, { 'x-forwarded-for': address });
const audit = async () => (await control.call('GET', '/v1/audit-log?limit=200')).body.items;
const tokenOf = (cookie: string) => cookie.slice(cookie.indexOf('=') + 1);

describe('signing in', () => {
  test('201: a cookie that only this origin’s browser has, for twelve hours', async () => {
    const { response, body, setCookie } = await signIn();
    expect(response.status).toBe(201);
    expect(setCookie).toMatch(
      /^__Host-tocsin_session=[A-Za-z0-9_-]{43}; Max-Age=43200; Path=\/; HttpOnly; Secure; SameSite=Strict$/,
    );
    expect(body).toMatchObject({ keyId: 'admin', scopes: ['admin'] });
    const hours = (Date.parse(body.expiresAt) - Date.now()) / 3_600_000;
    expect(hours).toBeGreaterThan(11.9);
    expect(hours).toBeLessThan(12.1);
    expect(response.headers.get('cache-control')).toBe('no-store');
  });

  test('the session is who the key is, and may do what it may', async () => {
    const { id, key } = await control.makeKey('destinations:read');
    const session = await signIn(key);
    const { status, body } = await control.browse(session, '/v1/session');
    expect(status).toBe(200);
    expect(body).toEqual(session.body);
    expect(body).toMatchObject({ keyId: id, scopes: ['destinations:read'] });
    expect((await control.browse(session, '/v1/destinations')).status).toBe(200);
    expect((await control.browse(session, '/v1/audit-log')).status).toBe(403);
  });

  test('neither the token nor the key is in the database, the log, or an answer’s body', async () => {
    const session = await signIn();
    await signIn(`${ADMIN_KEY}-wrong`);
    const { rows } = await control.database.pool.query('SELECT * FROM sessions');
    const token = tokenOf(session.cookie);
    expect(rows.map(({ token_hash }) => token_hash)).toContain(hashSessionToken(token));
    const kept = JSON.stringify([rows, await audit(), control.lines, session.body]);
    for (const secret of [token, 'test-secret']) expect(kept).not.toContain(secret);
  });

  test('the cookie is not called secure where the console is reached over plain HTTP', async () => {
    const plain = await startControl({ publicUrl: 'http://localhost:8080' });
    const { setCookie } = await plain.signIn();
    expect(setCookie).toMatch(/^tocsin_session=[^;]+; Max-Age=43200; Path=\/; HttpOnly; SameSite=Strict$/);
    await plain.close();
  });

  test('the cookie is one of this host alone where a trusted proxy says that TLS ends there', async () => {
    const plain = await startControl({ publicUrl: 'http://localhost:8080', proxyHops: 1 });
    const session = await plain.signIn(ADMIN_KEY, { 'x-forwarded-proto': 'https' });
    expect(session.setCookie).toMatch(/^__Host-tocsin_session=[^;]+; .*; Secure; SameSite=Strict$/);
    const overTls = { headers: { 'x-forwarded-proto': 'https' } };
    expect((await plain.browse(session, '/v1/session', overTls)).status).toBe(200);
    // One that another host of the site may have set, so as to have its own session used here.
    const planted = { ...session, cookie: session.cookie.replace('__Host-', '') };
    expect((await plain.browse(planted, '/v1/session', overTls)).status).toBe(401);
    await plain.close();
  });

  test('foreign cookies of its name before it do no harm', async () => {
    const session = await signIn();
    const foreign = [
      `__Host-tocsin_session=${'f'.repeat(43)}`,
      '__Host-tocsin_session=',
      '__Host-tocsin_session=x"y',
    ];
    const cookie = [...foreign, session.cookie].join('; ');
    expect((await control.browse({ ...session, cookie }, '/v1/session')).status).toBe(200);
  });

  test.each([
    ['no key at all', ''],
    ['nonsense', 'nonsense'],
    ['an unknown id', 'tcs_nobody_secret'],
    ['a wrong secret', `${ADMIN_KEY}x`],
  ])('%s is refused', async (what, key) => {
    const { response, body, setCookie } = await signIn(key);
    expect(response.status).toBe(what === 'no key at all' ? 400 : 401);
    expect(body.code).toBe(what === 'no key at all' ? 'invalid_request' : 'unauthorized');
    expect(setCookie).toBe('');
  });

  test('a revoked key is refused, in the same words as an unknown one', async () => {
    const { id, key } = await control.makeKey('admin');
    await control.call('DELETE', `/v1/api-keys/${id}`);
    const [revoked, unknown] = await Promise.all([signIn(key), signIn('tcs_nobody_secret')]);
    expect(revoked.response.status).toBe(401);
    expect(revoked.body).toEqual(unknown.body);
  });

  test('clears away the sessions that have expired', async () => {
    const { cookie } = await signIn();
    const tokenHash = hashSessionToken(tokenOf(cookie));
    await control.database.pool.query('UPDATE sessions SET expires_at = now() WHERE token_hash = $1', [
      tokenHash,
    ]);
    await signIn();
    const { rowCount } = await control.database.pool.query('SELECT 1 FROM sessions WHERE token_hash = $1', [
      tokenHash,
    ]);
    expect(rowCount).toBe(0);
  });

  test('a key that was revoked takes its sessions with it', async () => {
    const { id, key } = await control.makeKey('admin');
    const session = await signIn(key);
    expect((await control.browse(session, '/v1/session')).status).toBe(200);
    await control.call('DELETE', `/v1/api-keys/${id}`);
    expect((await control.browse(session, '/v1/session')).status).toBe(401);
  });

  test('a session ends twelve hours after it began, used or not', async () => {
    const session = await signIn();
    expect((await control.browse(session, '/v1/session')).status).toBe(200);
    await control.database.pool.query('UPDATE sessions SET expires_at = now() WHERE token_hash = $1', [
      hashSessionToken(tokenOf(session.cookie)),
    ]);
    expect((await control.browse(session, '/v1/session')).status).toBe(401);
  });
});

describe('with a key in the header', () => {
  test('GET /v1/session says who it is, without a CSRF token and an end', async () => {
    const { status, body } = await control.call('GET', '/v1/session');
    expect(status).toBe(200);
    expect(body).toMatchObject({ keyId: 'admin', scopes: ['admin'], csrfToken: null, expiresAt: null });
  });

  test('DELETE /v1/session has nothing to end', async () => {
    const before = (await audit()).length;
    const { status, headers } = await control.call('DELETE', '/v1/session');
    expect([status, headers.getSetCookie()]).toEqual([204, []]);
    expect(await audit()).toHaveLength(before);
  });
});

describe('signing out', () => {
  test('204: the session is over at once, and the cookie is deleted', async () => {
    const session = await signIn();
    const other = await signIn();
    const { status, headers } = await control.browse(session, '/v1/session', { method: 'DELETE' });
    expect(status).toBe(204);
    expect(headers.getSetCookie()).toEqual([
      '__Host-tocsin_session=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Strict',
      'tocsin_session=; Max-Age=0; Path=/; HttpOnly; SameSite=Strict',
    ]);
    expect((await control.browse(session, '/v1/session')).status).toBe(401);
    expect((await control.browse(other, '/v1/session')).status).toBe(200);
  });

  test.each([
    ['without its CSRF token', { 'x-csrf-token': '' }],
    ['with another session’s', { 'x-csrf-token': 'a'.repeat(43) }],
    ['from another site’s page', { 'sec-fetch-site': 'cross-site' }],
    ['from another origin of the same site', { 'sec-fetch-site': 'same-site' }],
  ])('403 %s, and the session goes on', async (_, headers) => {
    const session = await signIn();
    const refused = await control.browse(session, '/v1/session', { method: 'DELETE', headers });
    expect(refused).toMatchObject({ status: 403, body: { code: 'csrf_token_required' } });
    expect((await control.browse(session, '/v1/session')).status).toBe(200);
  });
});

describe('too many refused attempts', () => {
  const wrong = (address: string) => signIn(`${ADMIN_KEY}x`, address);

  test('429 with the time to wait, for that key from that address; the right key is let in', async () => {
    const address = newAddress();
    const answers = [];
    for (let attempt = 0; attempt < 11; attempt += 1) answers.push(await wrong(address));
    expect(answers.map(({ response }) => response.status)).toEqual([...Array(10).fill(401), 429]);
    const last = answers.at(-1)?.response;
    expect(Number(last?.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(Number(last?.headers.get('retry-after'))).toBeLessThanOrEqual(60);
    expect((await signIn(ADMIN_KEY, address)).response.status).toBe(201);
    expect((await wrong(address)).response.status).toBe(429);
    expect((await wrong(newAddress())).response.status).toBe(401);
  });

  test('what a caller writes in front of what the proxy adds makes no other address of it', async () => {
    const address = newAddress();
    for (let attempt = 0; attempt < 10; attempt += 1) await wrong(`198.51.100.${attempt}, ${address}`);
    expect((await wrong(`198.51.100.99, ${address}`)).response.status).toBe(429);
  });

  test('good ones do not count', async () => {
    const address = newAddress();
    for (let attempt = 0; attempt < 15; attempt += 1)
      expect((await signIn(ADMIN_KEY, address)).response.status).toBe(201);
  });
});

describe('a key that signs in without end', () => {
  test('has a hundred sessions at most: the oldest end, and no other key’s', async () => {
    const { id, key } = await control.makeKey('alerts:write');
    const other = await signIn();
    const first = await signIn(key);
    for (let n = 0; n < 99; n += 1) await signIn(key);
    expect((await control.browse(first, '/v1/session')).status).toBe(200);
    const last = await signIn(key);
    expect((await control.browse(first, '/v1/session')).status).toBe(401);
    for (const session of [last, other])
      expect((await control.browse(session, '/v1/session')).status).toBe(200);
    const { rows } = await control.database.pool.query('SELECT FROM sessions WHERE key_id = $1', [id]);
    expect(rows).toHaveLength(100);
  });

  test('429 after 120 within a minute, wherever it comes from: each is a row and an audit entry', async () => {
    const { id, key } = await control.makeKey('alerts:write');
    const statuses = [];
    for (let n = 0; n < 121; n += 1) statuses.push((await signIn(key)).response.status);
    expect(statuses).toEqual([...Array(120).fill(201), 429]);
    expect((await signIn()).response.status).toBe(201);
    const { rows } = await control.database.pool.query(
      `SELECT FROM audit_log WHERE action = 'session.opened' AND subject = $1`,
      [`api-key/${id}`],
    );
    expect(rows).toHaveLength(120);
  });
});

describe('the audit log', () => {
  test('has who signed in and out, and who was refused, with the address and the reason', async () => {
    const address = newAddress();
    const session = await signIn(ADMIN_KEY, address);
    await control.browse(session, '/v1/session', {
      method: 'DELETE',
      headers: { 'x-forwarded-for': address },
    });
    await signIn(`${ADMIN_KEY}x`, address);
    await signIn('tcs_typed-here_x', address);
    const [unknown, wrong, ended, opened] = await audit();
    const actor = 'admin key from the settings (admin)';
    expect(opened).toMatchObject({ actor, action: 'session.opened', subject: 'api-key/admin' });
    expect(opened.detail).toEqual({ address, expiresAt: session.body.expiresAt });
    expect(ended).toMatchObject({ actor, action: 'session.ended', subject: 'api-key/admin' });
    const refused = { actor: 'anonymous', action: 'session.refused' };
    expect(wrong).toMatchObject({
      ...refused,
      subject: 'api-key/admin',
      detail: { reason: 'wrong_secret', address },
    });
    expect(unknown).toMatchObject({
      ...refused,
      subject: 'session',
      detail: { reason: 'unknown_key', address },
    });
    expect(JSON.stringify(unknown)).not.toContain('typed-here');
  });
});

// The last: so many refusals fill what may be written into the audit log within a minute.
describe('attempts with ever other keys', () => {
  test('are counted for each key id, and for all that one address tries', async () => {
    const address = newAddress();
    const statuses = [];
    for (let attempt = 0; attempt < 101; attempt += 1)
      statuses.push((await signIn(`tcs_guess${attempt}_x`, address)).response.status);
    expect(statuses).toEqual([...Array(100).fill(401), 429]);
    expect((await signIn(ADMIN_KEY, address)).response.status).toBe(201);
  });
});
