import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Control, startControl } from './control.ts';

let control: Control;
beforeAll(async () => {
  control = await startControl();
});
afterAll(() => control.close());

const ALERT = {
  id: 'AWS.Root.Login',
  createdAt: '2026-07-01T07:57:12Z',
  severity: 'HIGH',
  type: 'RULE',
  title: 'Root login',
};
const create = async (body: object) =>
  (await control.call('POST', '/v1/destinations', { url: 'http://127.0.0.1/', ...body })).body.id as string;

describe('POST /v1/route', () => {
  test('200: an alert’s decision, by the destinations of this moment', async () => {
    const route = (alert: object, query = '') =>
      control.call('POST', `/v1/route${query}`, { ...ALERT, ...alert });
    expect((await route({})).body).toEqual({ rule: 'filters', destinationIds: [], skipped: [], notes: [] });

    const pager = await create({ displayName: 'Pager', severities: ['HIGH'] });
    const disabled = await create({ displayName: 'Off', enabled: false });
    const low = await create({ displayName: 'Low', severities: ['LOW'] });
    const off = { destinationId: disabled, reason: 'disabled' };
    expect((await route({})).body).toMatchObject({
      rule: 'filters',
      destinationIds: [pager],
      skipped: [off],
    });
    expect((await route({ destinations: ['Low'] })).body).toMatchObject({
      rule: 'destinations',
      destinationIds: [low],
    });
    expect((await route({ outputIds: [disabled] })).body).toMatchObject({
      rule: 'outputIds',
      destinationIds: [],
      skipped: [off],
    });
    const explained = (await route({}, '?explain=true')).body;
    expect(explained.skipped).toHaveLength(2);
    expect(explained.notes).toEqual([expect.stringContaining('today’s destinations')]);
    expect(explained.skipped).toContainEqual({ destinationId: low, reason: 'severity' });

    await control.call('DELETE', `/v1/destinations/${low}`);
    const voided = (await route({ destinations: ['Low'] })).body;
    expect(voided).toMatchObject({ rule: 'filters', destinationIds: [pager] });
    expect(voided.notes).toEqual([expect.stringContaining('"Low"')]);
  });

  test.each([
    ['an alert without a title', { title: undefined }],
    ['an unknown severity', { severity: 'URGENT' }],
    ['a date without an offset', { createdAt: '2026-07-01T07:57:12' }],
  ])('400: %s', async (_, changes) => {
    expect((await control.call('POST', '/v1/route', { ...ALERT, ...changes })).status).toBe(400);
  });

  test('400: an explain that is neither true nor false', async () => {
    expect((await control.call('POST', '/v1/route?explain=perhaps', ALERT)).status).toBe(400);
  });
});
