import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { MASK } from '@tocsin/contract';
import { createReceiver, type Receiver } from '@tocsin/testkit';
import { type Answered, type Control, pathsOf, startControl } from './control.ts';
import { SIGNING_SECRET } from './sample.ts';

let control: Control;
let receiver: Receiver;
const keys: Record<string, string> = {};
beforeAll(async () => {
  control = await startControl();
  receiver = await createReceiver();
  for (const scopes of ['destinations:read', 'destinations:write', 'destinations:read destinations:write'])
    keys[scopes] = (await control.makeKey(...scopes.split(' '))).key;
});
afterAll(async () => {
  await receiver?.close();
  await control?.close();
});

const PATH = '/services/T0/path-canary';
const QUERY = '?token=query-canary';
const CANARY = /path-canary|query-canary|header-canary/;
const headers = [{ name: 'X-Api-Key', value: 'header-canary' }];
let counter = 0;

async function create(changes: object = {}): Promise<string> {
  counter += 1;
  const url = `${receiver.url}${PATH}${QUERY}`;
  const draft = { displayName: `Secret ${counter}`, url, headers, signingSecret: SIGNING_SECRET, ...changes };
  const { status, body } = await control.call('POST', '/v1/destinations', draft);
  expect(status).toBe(201);
  return body.id;
}
const patch = (id: string, change: object, key?: string) =>
  control.call('PATCH', `/v1/destinations/${id}`, change, key);
const stored = async (id: string) => (await control.directory.current()).byId.get(id);
const lastAudit = async (): Promise<any> =>
  (await control.call('GET', '/v1/audit-log?limit=1')).body.items[0];

describe('the URL of a destination', () => {
  test('is whole for those who may change it, and its origin for others', async () => {
    const id = await create();
    const whole = `${receiver.url}${PATH}${QUERY}`;
    const seen = async (key?: string) => {
      const one = (await control.call('GET', `/v1/destinations/${id}`, undefined, key)).body.url;
      const { items } = (await control.call('GET', '/v1/destinations?limit=1000', undefined, key)).body;
      return [one, items.find((item: { id: string }) => item.id === id).url];
    };
    expect(await seen()).toEqual([whole, whole]);
    expect(await seen(keys['destinations:read destinations:write'])).toEqual([whole, whole]);
    expect(await seen(keys['destinations:read'])).toEqual([receiver.url, receiver.url]);
  });

  test('is shown by the answer to a change only to those who may read it', async () => {
    const id = await create();
    const writer = keys['destinations:write'];
    expect((await control.call('GET', `/v1/destinations/${id}`, undefined, writer)).status).toBe(403);
    for (const change of [{}, { enabled: true }]) {
      const { status, body } = await patch(id, change, writer);
      expect(status).toBe(200);
      expect(body).toEqual({ id, updatedAt: expect.any(String) });
    }
    const put = { displayName: 'Put by a writer', url: `${receiver.url}${PATH}` };
    const replaced = await control.call('PUT', `/v1/destinations/${id}`, put, writer);
    expect([replaced.status, replaced.body]).toEqual([200, { id, updatedAt: expect.any(String) }]);
    const both = keys['destinations:read destinations:write'];
    expect((await patch(id, {}, both)).body.url).toBe(`${receiver.url}${PATH}`);
  });

  test('is in no column and no audit entry but for its origin', async () => {
    const id = await create();
    await patch(id, { url: `${receiver.url}${PATH}/2${QUERY}`, headers });
    await control.call('POST', `/v1/destinations/${id}/test`);
    await control.call('POST', '/v1/destinations/test', { url: `${receiver.url}${PATH}${QUERY}`, headers });
    const { rows } = await control.database.pool.query(
      'SELECT d::text, a::text FROM destinations d, audit_log a',
    );
    expect(rows.length).toBeGreaterThan(0);
    expect(JSON.stringify(rows)).not.toMatch(CANARY);
    expect(control.lines.join()).not.toMatch(CANARY);
  });

  test('is not searched, but names and ids are', async () => {
    const id = await create({ displayName: 'Findable 100% Ünique_name' });
    const find = async (q: string) =>
      (await control.call('GET', `/v1/destinations?q=${encodeURIComponent(q)}`)).body.items.map(
        (item: { id: string }) => item.id,
      );
    for (const q of [
      'findable',
      '100% ü',
      'unique_NAME'.replace('u', 'ü'),
      id,
      id.toUpperCase().slice(4, 20),
    ])
      expect(await find(q)).toEqual([id]);
    for (const q of ['path-canary', '127.0.0.1', '100%ü', 'Findable%']) expect(await find(q)).toEqual([]);
    expect((await control.call('GET', '/v1/destinations?q=%00')).status).toBe(400);
  });

  test('whose key is lost is shown as its origin, and can be given again', async () => {
    const id = await create();
    await control.database.pool.query(`UPDATE destinations SET sealed_url = 'lost:AAAA' WHERE id = $1`, [id]);
    expect((await control.call('GET', `/v1/destinations/${id}`)).body.url).toBe(receiver.url);
    const { status, body } = await patch(id, { url: `${receiver.url}${PATH}` });
    expect([status, body.url, body.headers]).toEqual([200, `${receiver.url}${PATH}`, []]);
  });
});

describe('a change of the URL’s origin or path', () => {
  test('sends no stored secret to the new receiver', async () => {
    const id = await create();
    const elsewhere = await createReceiver();
    const { status, body } = await patch(id, { url: `${elsewhere.url}/mine` });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      headers: [],
      signingSecret: null,
      droppedSecrets: ['headers.X-Api-Key', 'signingSecret'],
    });
    expect((await lastAudit()).detail).toMatchObject({
      url: { from: receiver.url, to: elsewhere.url },
      droppedSecrets: ['headers.X-Api-Key', 'signingSecret'],
    });
    await control.call('POST', `/v1/destinations/${id}/test`);
    const [request] = elsewhere.requests;
    expect(request?.headers).not.toHaveProperty('x-api-key');
    expect(request?.headers).not.toHaveProperty('webhook-signature');
    await elsewhere.close();
  });

  test('400: asking to keep a secret', async () => {
    const id = await create();
    const before = await stored(id);
    const change = { url: `${receiver.url}/other`, headers: [{ name: 'X-Api-Key' }], signingSecret: MASK };
    const refused = async (answer: Answered, places: string[]) => {
      expect(answer.status).toBe(400);
      expect(pathsOf(answer)).toEqual(places);
      expect(await stored(id)).toEqual(before);
    };
    await refused(await patch(id, change), ['headers[0].value', 'signingSecret']);
    const put = { ...change, displayName: 'Put' };
    await refused(await control.call('PUT', `/v1/destinations/${id}`, put), [
      'headers[0].value',
      'signingSecret',
    ]);
  });

  test('tells a key that may not read of which kind the dropped ones are, and no header’s name', async () => {
    const writer = keys['destinations:write'];
    for (const method of ['PATCH', 'PUT']) {
      const id = await create();
      const change = { displayName: `Writer’s ${counter}`, url: `${receiver.url}/other` };
      const { status, body } = await control.call(method, `/v1/destinations/${id}`, change, writer);
      const dropped = ['headers', 'signingSecret'];
      expect([status, body]).toEqual([200, { id, updatedAt: expect.any(String), droppedSecrets: dropped }]);
    }
  });

  test('takes secrets that are given again', async () => {
    const id = await create();
    const again = [{ name: 'X-Api-Key', value: 'for the new one' }];
    const secret = `whsec_${Buffer.alloc(24, 3).toString('base64')}`;
    const url = `${receiver.url}/other`;
    const { body } = await patch(id, { url, headers: again, signingSecret: secret });
    expect(body).not.toHaveProperty('droppedSecrets');
    expect(await stored(id)).toMatchObject({ url, headers: again, signingSecret: secret });
  });

  test('ends the secrets that a rotation left signing', async () => {
    const id = await create();
    await control.call('POST', `/v1/destinations/${id}/rotate-secret`);
    expect((await stored(id))?.previousSigningSecrets).toHaveLength(1);
    await patch(id, { url: `${receiver.url}/other` });
    expect(await stored(id)).toMatchObject({ signingSecret: null, previousSigningSecrets: [] });
  });

  test('by PUT drops them as well; one of the query alone, or of its spelling, does not', async () => {
    const id = await create();
    const put = (url: string) =>
      control.call('PUT', `/v1/destinations/${id}`, { displayName: `Put ${counter}`, url });
    const spelled = receiver.url.replace('http', 'HTTP');
    for (const url of [`${receiver.url}${PATH}?token=other`, `${spelled}/x/..${PATH}`]) {
      expect((await put(url)).body.headers).toEqual([{ name: 'X-Api-Key', value: MASK }]);
      expect(await stored(id)).toMatchObject({ url, headers, signingSecret: SIGNING_SECRET });
    }
    expect((await put(`${receiver.url}/other`)).body).toMatchObject({
      headers: [],
      droppedSecrets: ['headers.X-Api-Key', 'signingSecret'],
    });
  });
});

test('400: a draft borrows no stored header, whatever id it gives', async () => {
  const id = await create();
  const draft = { id, url: `${receiver.url}/mine`, headers: [{ name: 'X-Api-Key' }] };
  expect((await control.call('POST', '/v1/destinations/test', draft)).status).toBe(400);
  const masked = { ...draft, headers: [{ name: 'X-Api-Key', value: MASK }] };
  expect((await control.call('POST', '/v1/destinations/test', masked)).status).toBe(400);
});
