import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { MASK } from '@tocsin/contract';
import { createReceiver, findFreePort, type Receiver } from '@tocsin/testkit';
import { activeSecrets } from '@tocsin/webhook';
import { type Control, pathsOf, startControl } from './control.ts';
import { SIGNING_SECRET, strictPolicy } from './sample.ts';

let control: Control;
let receiver: Receiver;
beforeAll(async () => {
  receiver = await createReceiver();
  control = await startControl();
});
afterAll(async () => {
  await control.close();
  await receiver.close();
});
beforeEach(() => {
  receiver.requests.length = 0;
  receiver.respondWith({ status: 200, body: 'thank you' });
});

const lastAudit = async (from = control) => (await from.call('GET', '/v1/audit-log?limit=1')).body.items[0];
const secrets = {
  headers: [{ name: 'X-Api-Key', value: 'header-canary' }],
  signingSecret: SIGNING_SECRET,
};
async function create(changes: object) {
  const url = `${receiver.url}/hook/path-canary`;
  const draft = { displayName: 'Under test', url, ...changes };
  const { body } = await control.call('POST', '/v1/destinations', draft);
  return body;
}

describe('POST /v1/destinations/{id}/test', () => {
  test('200: sends the test payload as a delivery would be sent, and shows what came back', async () => {
    const { id } = await create({ ...secrets, includeContext: true, enabled: false });
    const { status, body } = await control.call('POST', `/v1/destinations/${id}/test`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ success: true, statusCode: 200, responseBody: 'thank you', error: null });
    const [request] = receiver.requests;
    expect(request).toMatchObject({ method: 'POST', path: '/hook/path-canary' });
    expect(request?.headers).toMatchObject({
      'content-type': 'application/json',
      'x-api-key': 'header-canary',
      'webhook-signature': expect.stringMatching(/^v1,/),
    });
    const payload = JSON.parse(String(request?.body));
    expect(payload).toMatchObject({
      id: 'Test.Alert',
      alertId: 'Test.Alert',
      severity: 'INFO',
      tags: ['test'],
    });
    expect(Object.keys(payload)).toHaveLength(13);
  });

  test('the audit log keeps the result, and who asked for it', async () => {
    const { id } = await create({ displayName: 'Audited', ...secrets });
    receiver.respondWith({ status: 500, body: 'broken\u0000' });
    const { body } = await control.call('POST', `/v1/destinations/${id}/test`);
    expect(body).toMatchObject({ success: false, statusCode: 500, error: { code: 'http_status' } });
    expect(await lastAudit()).toMatchObject({
      action: 'destination.tested',
      actor: 'admin key from the settings (admin)',
      subject: `destination/${id}`,
      detail: {
        statusCode: 500,
        responseBody: 'broken\uFFFD',
        url: receiver.url,
        error: { code: 'http_status' },
      },
    });
  });

  test('secrets that a receiver echoes are masked, in the answer and in the audit log', async () => {
    const { id } = await create({ displayName: 'Echoing', ...secrets });
    receiver.respondWith(({ headers }) => ({ body: `${JSON.stringify(headers)} ${SIGNING_SECRET}` }));
    const { body } = await control.call('POST', `/v1/destinations/${id}/test`);
    expect(body.responseBody).toContain(`"x-api-key":"${MASK}"`);
    expect(JSON.stringify([body, await lastAudit()])).not.toMatch(/header-canary|whsec_/);
    expect(control.lines.join()).not.toMatch(/header-canary|whsec_|path-canary/);
  });

  test('both secrets sign while one is being rotated', async () => {
    const { id } = await create({ displayName: 'Rotating', ...secrets });
    await control.call('POST', `/v1/destinations/${id}/rotate-secret`);
    await control.call('POST', `/v1/destinations/${id}/test`);
    expect(receiver.requests[0]?.headers['webhook-signature']).toMatch(/^v1,\S+ v1,\S+$/);
  });

  test('a failed connection is a result', async () => {
    const url = `http://127.0.0.1:${await findFreePort()}/`;
    const { id } = await create({ displayName: 'Nobody there', url });
    const { status, body } = await control.call('POST', `/v1/destinations/${id}/test`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ success: false, statusCode: null, error: { code: 'connection_refused' } });
  });

  test('nothing is sent without the secrets that belong to it; rotating is the way out', async () => {
    const { id } = await create({ displayName: 'Key is gone', ...secrets });
    const columns = { signing_secret: 'lost:AAAA' };
    await control.database.db.updateTable('destinations').set(columns).where('id', '=', id).execute();
    const { body } = await control.call('POST', `/v1/destinations/${id}/test`);
    expect(body).toMatchObject({ success: false, statusCode: null, error: { code: 'internal' } });
    expect(receiver.requests).toEqual([]);
    const rotated = await control.call('POST', `/v1/destinations/${id}/rotate-secret`);
    expect(rotated).toMatchObject({ status: 200, body: { previousSignsUntil: null } });
    expect((await control.call('POST', `/v1/destinations/${id}/test`)).body.success).toBe(true);
  });

  test('404: there is no such destination', async () => {
    const path = '/v1/destinations/00000000-0000-4000-8000-00000000ffff/test';
    expect((await control.call('POST', path)).status).toBe(404);
  });
});

describe('POST /v1/destinations/test', () => {
  test('200: tests a draft without a name, and saves nothing', async () => {
    const before = (await control.call('GET', '/v1/destinations')).body.items.length;
    const { status, body } = await control.call('POST', '/v1/destinations/test', {
      url: `${receiver.url}/hook`,
      ...secrets,
    });
    expect(status).toBe(200);
    expect(body.success).toBe(true);
    expect(receiver.requests[0]?.headers['x-api-key']).toBe('header-canary');
    expect((await control.call('GET', '/v1/destinations')).body.items).toHaveLength(before);
    expect(await lastAudit()).toMatchObject({
      action: 'destination.draft_tested',
      detail: { success: true },
    });
  });

  test('400: a draft that could not be saved is not sent', async () => {
    const answer = await control.call('POST', '/v1/destinations/test', {
      url: 'http://10.0.0.1/',
      headers: [{ name: 'Host', value: 'x' }],
    });
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    expect(pathsOf(answer)).toEqual(['url', 'headers[0].name']);
    expect(receiver.requests).toEqual([]);
  });
});

test('a name that resolves to a forbidden address is a result with blocked_address, and nothing is sent', async () => {
  const strict = await startControl({ policy: strictPolicy, names: { 'hooks.example.com': '127.0.0.1' } });
  try {
    const url = `http://hooks.example.com:${receiver.port}/`;
    const { body } = await strict.call('POST', '/v1/destinations/test', { url });
    expect(body).toMatchObject({ success: false, statusCode: null, error: { code: 'blocked_address' } });
    expect(await lastAudit(strict)).toMatchObject({ detail: { error: { code: 'blocked_address' } } });
    expect(receiver.requests).toEqual([]);
  } finally {
    await strict.close();
  }
});

describe('test alerts of one key are bounded, with the time to wait', () => {
  const sendTest = (key: string) => control.call('POST', '/v1/destinations/test', { url: receiver.url }, key);
  const refused = { status: 429, body: { code: 'rate_limited' } };

  test('429: a ninth at once, while another key’s goes out', async () => {
    const [busy, other] = [
      await control.makeKey('destinations:write'),
      await control.makeKey('destinations:write'),
    ];
    const held: ServerResponse[] = [];
    receiver.respondWith({ fault: ({ response }) => void held.push(response) });
    const eight = Array.from({ length: 8 }, () => sendTest(busy.key));
    await receiver.waitFor(8);
    const ninth = await sendTest(busy.key);
    expect(ninth).toMatchObject(refused);
    expect(Number(ninth.headers.get('retry-after'))).toBeGreaterThan(0);
    receiver.respondWith({ status: 200 });
    expect((await sendTest(other.key)).body.success).toBe(true);
    for (const response of held) response.end();
    for (const { status } of await Promise.all(eight)) expect(status).toBe(200);
    expect((await sendTest(busy.key)).body.success).toBe(true);
  });

  test('429: the 121st within a minute', async () => {
    const { key } = await control.makeKey('destinations:write');
    for (let sent = 0; sent < 120; sent += 1) expect((await sendTest(key)).status).toBe(200);
    expect(await sendTest(key)).toMatchObject(refused);
    expect(receiver.requests).toHaveLength(120);
  });
});

describe('POST /v1/destinations/{id}/rotate-secret', () => {
  const DAY_MS = 24 * 60 * 60 * 1000;
  const rotate = (id: string, body?: object) =>
    control.call('POST', `/v1/destinations/${id}/rotate-secret`, body);
  const secretsOf = async (id: string, at: number) =>
    activeSecrets((await control.directory.current()).byId.get(id)!, at);

  test('200: shows a new secret once; the old one signs for 24 hours more', async () => {
    const { id } = await create({ displayName: 'Signed', ...secrets });
    const { status, body } = await rotate(id);
    expect(status).toBe(200);
    const now = control.clock.now.getTime();
    expect(body.previousSignsUntil).toBe(new Date(now + DAY_MS).toISOString());
    expect(await secretsOf(id, now + DAY_MS - 1)).toEqual([body.signingSecret, SIGNING_SECRET]);
    expect(await secretsOf(id, now + DAY_MS)).toEqual([body.signingSecret]);
    expect(JSON.stringify(await lastAudit())).not.toContain('whsec_');
  });

  test('200: takes the secret that the caller chose; a second rotation leaves each old one its own 24 hours', async () => {
    const { id } = await create({ displayName: 'Signed twice', ...secrets });
    const chosen = `whsec_${Buffer.alloc(24, 1).toString('base64')}`;
    const firstAt = control.clock.now.getTime();
    expect((await rotate(id, { signingSecret: chosen })).body.signingSecret).toBe(chosen);
    control.clock.now = new Date(firstAt + DAY_MS / 2);
    const second = (await rotate(id)).body.signingSecret;
    expect(await secretsOf(id, firstAt + DAY_MS - 1)).toEqual([second, chosen, SIGNING_SECRET]);
    expect(await secretsOf(id, firstAt + DAY_MS)).toEqual([second, chosen]);
    expect(await secretsOf(id, firstAt + 1.5 * DAY_MS)).toEqual([second]);
  });

  test('200: going back to an old secret makes it sign once, and a sixth rotation ends the oldest', async () => {
    const { id } = await create({ displayName: 'Signed often', ...secrets });
    const at = control.clock.now.getTime();
    const first = (await rotate(id)).body.signingSecret;
    await rotate(id, { signingSecret: SIGNING_SECRET });
    expect(await secretsOf(id, at)).toEqual([SIGNING_SECRET, first]);
    const made = [SIGNING_SECRET, first];
    for (let rotations = 0; rotations < 5; rotations += 1)
      made.unshift((await rotate(id)).body.signingSecret);
    expect(await secretsOf(id, at)).toEqual(made.slice(0, 6));
  });

  test('200: a destination without a secret gets one, and nothing signs before it', async () => {
    const { id } = await create({ displayName: 'Unsigned' });
    const { body } = await rotate(id, {});
    expect(body.previousSignsUntil).toBeNull();
    expect(await secretsOf(id, control.clock.now.getTime())).toEqual([body.signingSecret]);
  });

  test('400: the secret that signs already', async () => {
    const { id } = await create({ displayName: 'Same again', ...secrets });
    const answer = await rotate(id, { signingSecret: SIGNING_SECRET });
    expect(answer.status).toBe(400);
    expect(pathsOf(answer)).toEqual(['signingSecret']);
  });
});
