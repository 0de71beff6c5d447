import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Control, startControl } from './control.ts';

let control: Control;
beforeAll(async () => {
  control = await startControl();
});
afterAll(() => control.close());

interface Entry {
  id: string;
  actor: string;
  action: string;
  subject: string;
  detail: object;
}

describe('the audit log', () => {
  test('has every change, newest first, with who made it and what it did', async () => {
    const draft = { displayName: 'Pager', url: 'http://127.0.0.1/secret-path?token=secret-query' };
    const { id } = (await control.call('POST', '/v1/destinations', draft)).body;
    await control.call('PATCH', `/v1/destinations/${id}`, {
      enabled: false,
      headers: [{ name: 'X-K', value: 'canary' }],
    });
    await control.call('POST', `/v1/destinations/${id}/rotate-secret`);
    await control.call('DELETE', `/v1/destinations/${id}`);
    const key = (
      await control.call('POST', '/v1/api-keys', { name: 'on-call', scopes: ['destinations:write'] })
    ).body;
    await control.call(
      'POST',
      '/v1/destinations',
      { displayName: 'Hers', url: 'http://127.0.0.1/' },
      key.key,
    );
    await control.call('DELETE', `/v1/api-keys/${key.id}`);

    const items = (await control.call('GET', '/v1/audit-log')).body.items as Entry[];
    expect(items.map(({ action }) => action)).toEqual([
      'api_key.revoked',
      'destination.created',
      'api_key.created',
      'destination.deleted',
      'destination.secret_rotated',
      'destination.updated',
      'destination.created',
      'api_key.admin_set',
    ]);
    expect(items[1]?.actor).toBe(`on-call (${key.id})`);
    expect(items[5]).toMatchObject({
      actor: 'admin key from the settings (admin)',
      subject: `destination/${id}`,
      detail: { enabled: { from: true, to: false }, headers: { from: [], to: ['X-K'] } },
    });
    expect(items[6]?.detail).toMatchObject({ displayName: 'Pager', url: 'http://127.0.0.1' });
    expect(JSON.stringify(items)).not.toMatch(/canary|whsec_|secret-path|secret-query/);
  });

  test('has nothing of a change that was refused', async () => {
    const before = (await control.call('GET', '/v1/audit-log?limit=1')).body.items[0].id;
    await control.call('POST', '/v1/destinations', { displayName: 'hers', url: 'http://127.0.0.1/' });
    await control.call('PATCH', '/v1/destinations/00000000-0000-4000-8000-00000000ffff', { enabled: true });
    expect((await control.call('GET', '/v1/audit-log?limit=1')).body.items[0].id).toBe(before);
  });

  test('is read in pages, each entry once', async () => {
    const seen: string[] = [];
    let query = '?limit=3';
    for (;;) {
      const { body } = await control.call('GET', `/v1/audit-log${query}`);
      seen.push(...body.items.map(({ id }: Entry) => id));
      if (body.nextCursor === null) break;
      query = `?limit=3&cursor=${body.nextCursor}`;
    }
    const whole = (await control.call('GET', '/v1/audit-log?limit=200')).body.items as Entry[];
    expect(seen).toEqual(whole.map(({ id }) => id));
  });

  test.each(['cursor=abc', 'cursor=LTE', 'limit=201'])('400: ?%s', async (query) => {
    expect((await control.call('GET', `/v1/audit-log?${query}`)).status).toBe(400);
  });
});
