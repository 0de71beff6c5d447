import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { DEFAULT_RETRY_POLICY, MASK } from '@tocsin/contract';
import { type Control, pathsOf, startControl } from './control.ts';
import { SIGNING_SECRET } from './sample.ts';

let control: Control;
beforeAll(async () => {
  control = await startControl();
});
afterAll(() => control.close());

const HOOK = 'http://127.0.0.1:8081/hook';
let counter = 0;
function draft(changes: object = {}) {
  counter += 1;
  return { displayName: `Put ${counter}`, url: HOOK, ...changes };
}
const put = (id: string, body: object, headers: Record<string, string> = {}) =>
  control.call('PUT', `/v1/destinations/${id}`, body, undefined, headers);
const remove = (id: string, headers: Record<string, string> = {}) =>
  control.call('DELETE', `/v1/destinations/${id}`, undefined, undefined, headers);
const patch = (id: string, body: object, headers: Record<string, string> = {}) =>
  control.call('PATCH', `/v1/destinations/${id}`, body, undefined, headers);
const etagOf = async (id: string) =>
  (await control.call('GET', `/v1/destinations/${id}`)).headers.get('etag') ?? 'none';
const stored = async (id: string) => (await control.directory.current()).byId.get(id);
const lastAudit = async (): Promise<any> =>
  (await control.call('GET', '/v1/audit-log?limit=1')).body.items[0];

describe('PUT /v1/destinations/{id}', () => {
  test('201: creates what is not there, under the id in lower case', async () => {
    const id = randomUUID();
    const { status, body, headers } = await put(id.toUpperCase(), draft({ id, logTypes: ['AWS.ALB'] }));
    expect(status).toBe(201);
    expect(body).toMatchObject({
      id,
      logTypes: ['AWS.ALB'],
      enabled: true,
      headers: [],
      signingSecret: null,
    });
    expect(headers.get('etag')).toBe(await etagOf(id));
    expect(await lastAudit()).toMatchObject({ action: 'destination.created', subject: `destination/${id}` });
  });

  test('200: replaces: what is left out has its default, but for secrets, which stay', async () => {
    const id = randomUUID();
    const secrets = { headers: [{ name: 'X-Api-Key', value: 'stored' }], signingSecret: SIGNING_SECRET };
    await put(id, draft({ ...secrets, severities: ['LOW'], enabled: false, retry: { maxRetries: 1 } }));
    const { status, body } = await put(id, draft());
    expect(status).toBe(200);
    expect(body).toMatchObject({ enabled: true, retry: DEFAULT_RETRY_POLICY, signingSecret: MASK });
    expect(body.severities).toHaveLength(5);
    expect(await stored(id)).toMatchObject({ ...secrets, retry: {} });
    const others = [{ name: 'x-api-key' }, { name: 'X-New', value: 'new' }];
    await put(id, draft({ headers: others, signingSecret: null }));
    expect(await stored(id)).toMatchObject({
      headers: [
        { name: 'x-api-key', value: 'stored' },
        { name: 'X-New', value: 'new' },
      ],
      signingSecret: null,
    });
    expect((await lastAudit()).action).toBe('destination.replaced');
    await put(id, draft({ headers: [] }));
    expect(await stored(id)).toMatchObject({ headers: [] });
  });

  test('201: revives a deleted id, with no secret of its former life', async () => {
    const id = randomUUID();
    const displayName = `Revived ${id.slice(0, 8)}`;
    const secrets = { headers: [{ name: 'X-Api-Key', value: 'old-canary' }], signingSecret: SIGNING_SECRET };
    await put(id, draft({ displayName, ...secrets, severities: ['LOW'], logTypes: ['AWS.CloudTrail'] }));
    expect((await remove(id)).status).toBe(204);
    const { rows } = await control.database.pool.query('SELECT * FROM destinations WHERE id = $1', [id]);
    expect(rows[0]).toMatchObject({
      display_name: displayName,
      sealed_url: null,
      headers: [],
      signing_secret: null,
      log_types: [],
    });

    const asking = await put(id, draft({ headers: [{ name: 'X-Api-Key' }] }));
    expect([asking.status, pathsOf(asking)]).toEqual([400, ['headers[0].value']]);
    const { status, body } = await put(id, draft({ displayName }));
    expect(status).toBe(201);
    expect(body).toMatchObject({ id, displayName, url: HOOK, headers: [], signingSecret: null });
    expect(body.severities).toHaveLength(5);
    expect(await stored(id)).toMatchObject({ headers: [], signingSecret: null, previousSigningSecrets: [] });
    expect(await lastAudit()).toMatchObject({ action: 'destination.revived', detail: { displayName } });
  });

  test('409: a POST with the id of a deleted one, and a name that is taken', async () => {
    const id = randomUUID();
    await put(id, draft({ displayName: 'Freed by its deletion' }));
    await remove(id);
    await control.call('POST', '/v1/destinations', draft({ displayName: 'Freed by its deletion' }));
    expect(await control.call('POST', '/v1/destinations', draft({ id }))).toMatchObject({
      status: 409,
      body: { code: 'id_taken', detail: expect.stringContaining('PUT') },
    });
    const taken = await put(id, draft({ displayName: 'freed by its deletion' }));
    expect(taken).toMatchObject({ status: 409, body: { code: 'display_name_taken' } });
    expect((await control.call('GET', `/v1/destinations/${id}`)).status).toBe(404);
  });

  test.each([
    ['an id that is none', 'pager', {}, ['id']],
    ['another id in the body', randomUUID(), { id: randomUUID() }, ['id']],
    ['a header without a value', randomUUID(), { headers: [{ name: 'X-K' }] }, ['headers[0].value']],
    ['no URL', randomUUID(), { url: undefined }, ['url']],
    ['a forbidden address', randomUUID(), { url: 'http://10.0.0.1/' }, ['url']],
  ])('400: %s', async (_, id, changes, places) => {
    const answer = await put(id, draft(changes));
    expect([answer.status, pathsOf(answer)]).toEqual([400, places]);
  });

  test('of many at once with If-None-Match: *, one creates', async () => {
    const id = randomUUID();
    const body = draft();
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => put(id, body, { 'if-none-match': '*' })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(7).fill(412)]);
  });
});

describe('the ETag of a destination', () => {
  test('is strong, on every answer, and moves with every change but not with health', async () => {
    const created = await control.call('POST', '/v1/destinations', draft());
    const { id } = created.body;
    const seen = [created.headers.get('etag')];
    expect(seen[0]).toMatch(/^"[^"]+"$/);
    expect(await etagOf(id)).toBe(seen[0]);
    await control.database.db
      .insertInto('destination_health')
      .values({ destination_id: id, failed: 3 } as never)
      .execute();
    expect(await etagOf(id)).toBe(seen[0]);
    expect((await patch(id, {})).headers.get('etag')).toBe(seen[0]);
    // What is shown beside the settings has moved: no caller gets the answer that its copy still holds.
    const again = await control.call('GET', `/v1/destinations/${id}`, undefined, undefined, {
      'if-none-match': seen[0] ?? '',
    });
    expect([again.status, again.body.health.failed]).toEqual([200, 3]);

    seen.push((await patch(id, { enabled: false })).headers.get('etag'));
    seen.push((await control.call('POST', `/v1/destinations/${id}/rotate-secret`)).headers.get('etag'));
    seen.push((await put(id, draft())).headers.get('etag'));
    await remove(id);
    seen.push((await put(id, draft())).headers.get('etag'));
    expect(await etagOf(id)).toBe(seen.at(-1));
    expect(new Set(seen).size).toBe(5);
  });

  test('412: of a change made on another state, which then is not made', async () => {
    const { body, headers } = await control.call('POST', '/v1/destinations', draft());
    const old = headers.get('etag') ?? '';
    const { id } = body;
    const current = (await patch(id, { timeoutMs: 2_000 })).headers.get('etag') ?? '';
    for (const tag of [old, `W/${current}`, '"0"', `${old}, "0"`]) {
      const stale = { 'if-match': tag };
      for (const answer of [
        await patch(id, { enabled: false }, stale),
        await patch(id, {}, stale),
        await put(id, draft({ enabled: false }), stale),
        await remove(id, stale),
        await control.call('POST', `/v1/destinations/${id}/rotate-secret`, {}, undefined, stale),
      ])
        expect(answer).toMatchObject({ status: 412, body: { code: 'precondition_failed' } });
    }
    expect(await etagOf(id)).toBe(current);
    expect((await patch(id, { enabled: false }, { 'if-match': `"0", ${current}` })).status).toBe(200);
    expect((await patch(id, { enabled: true }, { 'if-match': '*' })).status).toBe(200);
    expect((await put(id, draft(), { 'if-none-match': '*' })).status).toBe(412);
    expect((await remove(id, { 'if-match': await etagOf(id) })).status).toBe(204);
    expect((await put(id, draft(), { 'if-match': '*' })).status).toBe(412);
    expect((await patch(id, { enabled: true }, { 'if-match': '*' })).status).toBe(404);
    expect((await put(id, draft(), { 'if-none-match': '*' })).status).toBe(201);
  });

  test('lets one of many changes through that were made on the same state', async () => {
    const { body, headers } = await control.call('POST', '/v1/destinations', draft());
    const tag = { 'if-match': headers.get('etag') ?? '' };
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, n) => patch(body.id, { timeoutMs: 2_000 + n }, tag)),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(7).fill(412)]);
  });
});

describe('a display name', () => {
  test('is trimmed, and counted by characters', async () => {
    const name = '📟'.repeat(100);
    expect((await put(randomUUID(), draft({ displayName: ` ${name}\u00a0` }))).body.displayName).toBe(name);
    expect((await put(randomUUID(), draft({ displayName: `${name} ` }))).status).toBe(409);
    expect((await put(randomUUID(), draft({ displayName: `${name}!` }))).status).toBe(400);
  });

  test.each([
    ['that an alert’s list takes for an id', randomUUID()],
    ['that an alert’s list takes for an id in capitals', randomUUID().toUpperCase()],
    ['that sends nowhere', 'SKIP'],
    ['that sends nowhere, with spaces around', ' SKIP '],
    ['of spaces', '   '],
    ['with a line break', 'a\nb'],
    ['with a line separator', 'a\u2028b'],
    ['with an escape', 'a\u001b[31mb'],
  ])('400: one %s', async (_, displayName) => {
    const answer = await put(randomUUID(), draft({ displayName }));
    expect([answer.status, pathsOf(answer)]).toEqual([400, ['displayName']]);
  });
});
