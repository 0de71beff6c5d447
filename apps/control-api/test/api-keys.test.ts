import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ensureAdminKey, revokeApiKeyById, selectKeys } from '../src/api-key-store.ts';
import { createControlApi } from '../src/index.ts';
import { type Control, pathsOf, startControl } from './control.ts';

let control: Control;
beforeAll(async () => {
  control = await startControl();
});
afterAll(() => control.close());

const create = (body: object) => control.call('POST', '/v1/api-keys', body);
const listWith = async (key: string) =>
  (await control.call('GET', '/v1/destinations', undefined, key)).status;
const audit = async () => (await control.call('GET', '/v1/audit-log?limit=200')).body.items;

describe('API keys', () => {
  test('201: the key is shown once, works, and is stored as a hash', async () => {
    const { status, body } = await create({
      name: 'reader',
      scopes: ['destinations:read', 'destinations:read'],
    });
    expect(status).toBe(201);
    expect(body).toMatchObject({ name: 'reader', scopes: ['destinations:read'], revokedAt: null });
    expect(await listWith(body.key)).toBe(200);
    const { body: list } = await control.call('GET', '/v1/api-keys');
    expect(list.items[0]).toMatchObject({ id: body.id, name: 'reader' });
    const { rows } = await control.database.pool.query('SELECT * FROM api_keys');
    const secret = body.key.slice(`tcs_${body.id}_`.length);
    expect(secret).toMatch(/^[\w-]{43}$/);
    expect(JSON.stringify([list, rows, await audit(), control.lines])).not.toContain(secret);
  });

  test('204: a revoked key no longer works, and stays listed', async () => {
    const { id, key } = (await create({ name: 'short-lived', scopes: ['destinations:read'] })).body;
    for (const _ of ['first', 'again'])
      expect((await control.call('DELETE', `/v1/api-keys/${id}`)).status).toBe(204);
    expect(await listWith(key)).toBe(401);
    const { body } = await control.call('GET', '/v1/api-keys');
    expect(body.items.find((item: { id: string }) => item.id === id).revokedAt).not.toBeNull();
    const revocations = (await audit()).filter(
      (entry: { action: string }) => entry.action === 'api_key.revoked',
    );
    expect(revocations).toHaveLength(1);
  });

  test('are listed in pages, each once, newest first', async () => {
    // Of one moment, as where they are made in one transaction.
    await control.database.pool.query(
      `INSERT INTO api_keys (id, name, scopes, secret_hash, revoked_at)
       SELECT 'old-' || n, 'old', '{admin}', '', now() FROM generate_series(1, 60) AS n`,
    );
    const seen: string[] = [];
    for (let query = '?limit=7'; query !== ''; ) {
      const { body } = await control.call('GET', `/v1/api-keys${query}`);
      expect(body.items.length).toBeLessThanOrEqual(7);
      seen.push(...body.items.map(({ id }: { id: string }) => id));
      query = body.nextCursor === null ? '' : `?limit=7&cursor=${body.nextCursor}`;
    }
    const { rows } = await control.database.pool.query<{ id: string }>(
      'SELECT id FROM api_keys ORDER BY created_at DESC, id DESC',
    );
    expect(seen).toEqual(rows.map(({ id }) => id));
    const first = (await control.call('GET', '/v1/api-keys')).body;
    expect([first.items.length, typeof first.nextCursor]).toEqual([50, 'string']);
    await control.database.pool.query(`DELETE FROM api_keys WHERE name = 'old'`);
  });

  test.each(['limit=201', 'cursor=abc', 'cursor=NDI', `cursor=${'a'.repeat(513)}`])(
    '400: ?%s',
    async (query) => {
      expect((await control.call('GET', `/v1/api-keys?${query}`)).status).toBe(400);
    },
  );

  test.each([
    ['no name', { scopes: ['admin'] }, ['name']],
    ['a blank name', { name: ' ', scopes: ['admin'] }, ['name']],
    ['U+0000 in the name', { name: 'a\u0000', scopes: ['admin'] }, ['name']],
    ['no scopes', { name: 'x', scopes: [] }, ['scopes']],
    ['an unknown scope', { name: 'x', scopes: ['root'] }, ['scopes[0]']],
  ])('400: %s', async (_, body, paths) => {
    const answer = await create(body);
    expect(answer.status).toBe(400);
    expect(pathsOf(answer)).toEqual(paths);
  });

  test.each([
    [404, 'nobody'],
    [400, '%00'],
    [400, 'a%2Fb'],
  ])('%i: DELETE /v1/api-keys/%s', async (status, id) => {
    expect((await control.call('DELETE', `/v1/api-keys/${id}`)).status).toBe(status);
  });

  test('401 without a key, 403 with one that may not', async () => {
    const { key } = (await create({ name: 'writer', scopes: ['alerts:write'] })).body;
    const calls = [
      ['GET', '/v1/destinations'],
      ['POST', '/v1/destinations', { displayName: 'x', url: 'http://127.0.0.1/' }],
      ['GET', '/v1/api-keys'],
      ['POST', '/v1/api-keys', { name: 'x', scopes: ['admin'] }],
      ['GET', '/v1/audit-log'],
      ['POST', '/v1/route', {}],
    ] as const;
    for (const [method, path, body] of calls) {
      expect((await control.call(method, path, body, 'tcs_no_key')).status).toBe(401);
      expect((await control.call(method, path, body, key)).status).toBe(403);
    }
  });
});

describe('wrong keys', () => {
  test('429 after thirty of one id within a minute, and the right one is let in all the same', async () => {
    const { key } = (await create({ name: 'guarded', scopes: ['destinations:read'] })).body;
    const statuses = [];
    for (let attempt = 0; attempt < 31; attempt += 1) statuses.push(await listWith(`${key}x`));
    expect(statuses).toEqual([...Array(30).fill(401), 429]);
    expect(await listWith(key)).toBe(200);
    const refused = await control.call('GET', '/v1/destinations', undefined, `${key}x`);
    expect(refused).toMatchObject({ status: 429, body: { code: 'rate_limited' } });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  });
});

describe('the last admin key', () => {
  const revoke = (id: string) => control.call('DELETE', `/v1/api-keys/${id}`);

  test('409: it cannot be revoked, whatever other keys there are, and nothing is written down', async () => {
    const before = await audit();
    expect(await revoke('admin')).toMatchObject({ status: 409, body: { code: 'last_admin_key' } });
    expect(await audit()).toEqual(before);
    const { id } = (await create({ name: 'second', scopes: ['admin', 'alerts:read'] })).body;
    expect((await revoke(id)).status).toBe(204);
    // That one is revoked, and counts no more.
    expect((await revoke('admin')).status).toBe(409);
    expect((await revoke(id)).status).toBe(204);
  });

  test('of two that are revoked at the same time, one stays', async () => {
    const { id } = (await create({ name: 'second', scopes: ['admin'] })).body;
    const database = { db: control.database.db } as typeof control.database;
    const results = await Promise.allSettled(
      ['admin', id].map((key) => revokeApiKeyById(database, key, 'system')),
    );
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const { rows } = await control.database.pool.query(
      `SELECT id FROM api_keys WHERE revoked_at IS NULL AND 'admin' = ANY(scopes)`,
    );
    expect(rows).toHaveLength(1);
    await control.database.pool.query(`UPDATE api_keys SET revoked_at = NULL WHERE id = 'admin'`);
    await control.database.pool.query('UPDATE api_keys SET revoked_at = now() WHERE id = $1', [id]);
  });
});

test('a page of very many keys is read by an index, wherever it begins', async () => {
  const { pool, db } = control.database;
  await pool.query(
    `INSERT INTO api_keys (id, name, scopes, secret_hash, created_at)
     SELECT 'many-' || n, 'many', '{alerts:read}', '', now() - n * interval '1 year' / 10000 FROM generate_series(1, 10000) AS n`,
  );
  try {
    await pool.query('ANALYZE api_keys');
    const { body } = await control.call('GET', '/v1/api-keys?limit=200');
    for (const cursor of [undefined, body.nextCursor]) {
      const [plan] = await selectKeys(db, { limit: 51, cursor }).explain('json');
      const text = JSON.stringify(plan);
      expect(text).toContain('api_keys_in_order');
      expect(text).not.toMatch(/Seq Scan|"Sort"/);
      expect(text.includes('"Index Cond"')).toBe(cursor !== undefined);
    }
  } finally {
    await pool.query(`DELETE FROM api_keys WHERE name = 'many'`);
  }
});

describe('the admin key of the settings', () => {
  const active = (key: string) => ensureAdminKey(control.database, key);

  test('is made once, however many processes start', async () => {
    const key = 'tcs_boot_first-secret';
    expect(await Promise.all(Array.from({ length: 5 }, () => active(key)))).toEqual(Array(5).fill(true));
    expect(await listWith(key)).toBe(200);
    const entries = (await audit()).filter((entry: { subject: string }) => entry.subject === 'api-key/boot');
    expect(entries).toMatchObject([{ actor: 'system', action: 'api_key.admin_set' }]);
  });

  test('a new secret under its id replaces the old one', async () => {
    await active('tcs_turn_old-secret');
    await active('tcs_turn_new-secret');
    expect(await listWith('tcs_turn_old-secret')).toBe(401);
    expect(await listWith('tcs_turn_new-secret')).toBe(200);
  });

  test('once revoked stays revoked at the next start, until its secret is another one', async () => {
    await active('tcs_gone_leaked-secret');
    await control.call('DELETE', '/v1/api-keys/gone');
    expect(await active('tcs_gone_leaked-secret')).toBe(false);
    expect(await listWith('tcs_gone_leaked-secret')).toBe(401);
    await createControlApi(control.deps, { ...control.options, adminKey: 'tcs_gone_leaked-secret' });
    expect(control.lines.join()).toContain('the admin key in the settings is revoked');
    expect(await active('tcs_gone_fresh-secret')).toBe(true);
    expect(await listWith('tcs_gone_fresh-secret')).toBe(200);
  });

  test.each(['admin', 'tcs_a', 'tcs__x', ''])(
    'is refused where it is written "%s", without being shown',
    async (key) => {
      await expect(active(key)).rejects.toThrow('The admin key is not written tcs_<id>_<secret>');
    },
  );

  test('gives no key where none is set', async () => {
    const { adminKey: _, ...options } = control.options;
    const keys = async () => (await control.database.pool.query('SELECT * FROM api_keys ORDER BY id')).rows;
    const before = await keys();
    await createControlApi(control.deps, options);
    expect(await keys()).toEqual(before);
    await createControlApi(control.deps, { ...options, adminKey: 'tcs_another_key-of-the-settings' });
    expect(await keys()).toHaveLength(before.length + 1);
  });
});
