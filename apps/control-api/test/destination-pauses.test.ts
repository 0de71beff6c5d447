import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Control, startControl } from './control.ts';

let control: Control;
beforeAll(async () => {
  control = await startControl();
});
afterAll(() => control.close());

const URL_OF_HOOK = 'http://127.0.0.1:8081/hook';
const draft = (changes: object = {}) => ({
  displayName: randomUUID().slice(0, 8),
  url: URL_OF_HOOK,
  ...changes,
});
const change = (id: string, changes: object) => control.call('PATCH', `/v1/destinations/${id}`, changes);

/** Of each span, in order, whether it has ended; none may overlap the one before it. */
async function spansOf(id: string): Promise<('ended' | 'open')[]> {
  const { rows } = await control.database.pool.query<{ began: Date; ended: Date | null }>(
    'SELECT began_at AS began, ended_at AS ended FROM destination_pauses WHERE destination_id = $1 ORDER BY began_at',
    [id],
  );
  for (const [n, { began }] of rows.entries())
    expect(rows[n - 1]?.ended?.getTime() ?? 0).toBeLessThanOrEqual(began.getTime());
  return rows.map(({ ended }) => (ended === null ? 'open' : 'ended'));
}

test('a destination is paused and resumed by PATCH, PUT and from its creation, which the audit log says', async () => {
  const { status, body } = await control.call('POST', '/v1/destinations', draft({ paused: true }));
  expect([status, body.paused, body.enabled]).toEqual([201, true, true]);
  expect((await change(body.id, { paused: false })).body.paused).toBe(false);
  expect((await change(body.id, { paused: true })).body.paused).toBe(true);
  const { items } = (await control.call('GET', '/v1/audit-log?limit=1')).body;
  expect(items).toMatchObject([
    {
      action: 'destination.updated',
      subject: `destination/${body.id}`,
      detail: { paused: { from: false, to: true } },
    },
  ]);
  expect((await control.call('GET', `/v1/destinations/${body.id}`)).body.paused).toBe(true);
  const put = (changes: object) =>
    control.call('PUT', `/v1/destinations/${body.id}`, draft({ displayName: body.displayName, ...changes }));
  expect((await put({ paused: true })).body.paused).toBe(true);
  expect((await put({})).body.paused).toBe(false);
  expect(await spansOf(body.id)).toEqual(['ended', 'ended']);
});

test('the spans are kept in which a destination takes no deliveries, whether paused, disabled or both', async () => {
  const { id } = (await control.call('POST', '/v1/destinations', draft())).body;
  expect(await spansOf(id)).toEqual([]);
  await change(id, { enabled: false });
  expect(await spansOf(id)).toEqual(['open']);
  await change(id, { paused: true });
  await change(id, { enabled: true });
  await change(id, { displayName: randomUUID().slice(0, 8) });
  // Disabled at first, then paused.
  expect(await spansOf(id)).toEqual(['ended', 'open']);
  await change(id, { paused: false });
  await change(id, { enabled: true, paused: false });
  expect(await spansOf(id)).toEqual(['ended', 'ended']);
  await change(id, { enabled: false, paused: true });
  expect(await spansOf(id)).toEqual(['ended', 'ended', 'open']);
  await control.call('DELETE', `/v1/destinations/${id}`);
  await control.call('PUT', `/v1/destinations/${id}`, draft());
  expect(await spansOf(id)).toEqual(['ended', 'ended', 'ended']);
});

test('changes of one destination at the same time leave spans that do not overlap', async () => {
  const { id } = (await control.call('POST', '/v1/destinations', draft())).body;
  await Promise.all(Array.from({ length: 20 }, (_, n) => change(id, { paused: n % 2 === 0 })));
  const { paused } = (await control.call('GET', `/v1/destinations/${id}`)).body;
  const spans = await spansOf(id);
  expect(spans.filter((span) => span === 'open')).toHaveLength(paused ? 1 : 0);
});

test('a state of health began when its destination was paused, disabled or resumed', async () => {
  const { id, createdAt, health: first } = (await control.call('POST', '/v1/destinations', draft())).body;
  expect(first).toMatchObject({ state: 'healthy', since: createdAt });
  const paused = (await change(id, { paused: true })).body;
  const disabled = (await change(id, { enabled: false })).body;
  const renamed = (await change(id, { displayName: randomUUID().slice(0, 8), paused: false })).body;
  const enabled = (await change(id, { enabled: true })).body;
  expect([paused, disabled, renamed, enabled].map(({ health }) => health.state)).toEqual([
    'paused',
    'disabled',
    'disabled',
    'healthy',
  ]);
  expect(renamed.health.since).toBe(disabled.health.since);
  const times = [first, paused.health, disabled.health, enabled.health].map(({ since }) => Date.parse(since));
  expect(times.toSorted((a, b) => a - b)).toEqual(times);
  expect(new Set(times).size).toBe(4);
});
