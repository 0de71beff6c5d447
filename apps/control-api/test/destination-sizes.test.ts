import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { LIMITS } from '@tocsin/contract';
import { type Control, startControl } from './control.ts';

let control: Control;
beforeAll(async () => {
  control = await startControl();
});
afterAll(() => control.close());

const headers = (count: number) =>
  Array.from({ length: count }, (_, n) => ({ name: `x-${n}`, value: 'v'.repeat(8_000) }));
const large = (displayName: string) => ({
  ...{ displayName, url: 'http://127.0.0.1:8081/hook', headers: headers(1) },
});
const create = (name: string) => control.call('POST', '/v1/destinations', large(name));
const patch = (id: string, body: unknown) => control.call('PATCH', `/v1/destinations/${id}`, body);
const sumOf = async (): Promise<number> =>
  (await control.database.pool.query('SELECT sum(bytes)::float8 AS sum FROM destinations')).rows[0].sum;

test('all destinations together have a limit: 409 for what would make them larger, and for nothing else', async () => {
  const { body: one } = await create('one');
  const { body: other } = await create('other');
  expect(await sumOf()).toBeGreaterThan(16_000);
  // As if this one had grown until there is room for one more.
  const grown = LIMITS.destinationBytesMax - (await sumOf()) - 12_000;
  await control.database.pool.query('UPDATE destinations SET bytes = bytes + $2 WHERE id = $1', [
    one.id,
    grown,
  ]);
  expect((await create('third')).status).toBe(201);
  for (const refused of [
    await create('fourth'),
    await patch(other.id, { headers: headers(2) }),
    await control.call('PUT', `/v1/destinations/${randomUUID()}`, large('fifth')),
  ])
    expect(refused).toMatchObject({ status: 409, body: { code: 'limit_reached' } });
  expect((await patch(other.id, { enabled: false })).status).toBe(200);
  expect((await control.call('POST', `/v1/destinations/${other.id}/rotate-secret`, {})).status).toBe(200);
  expect((await patch(other.id, { headers: [] })).status).toBe(200);
  expect((await create('sixth')).status).toBe(201);
  const before = await sumOf();
  await control.call('DELETE', `/v1/destinations/${one.id}`);
  expect(await sumOf()).toBeLessThan(before - grown);
  expect((await create('seventh')).status).toBe(201);
});
