import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Control, startControl } from './control.ts';

let control: Control;
beforeAll(async () => {
  control = await startControl();
});
afterAll(() => control.close());

const list = async () => (await control.call('GET', '/v1/log-types')).body.items;

test('log types are listed by name, whatever its case', async () => {
  expect(await list()).toEqual([]);
  await control.database.pool.query(
    `INSERT INTO log_types VALUES ('Okta.SystemLog', now()), ('aws.vpc', now()), ('AWS.CloudTrail', now())`,
  );
  expect(await list()).toEqual(['AWS.CloudTrail', 'aws.vpc', 'Okta.SystemLog']);
});

test('of more than 1,000, those that were seen last are listed', async () => {
  await control.database.pool.query(
    `INSERT INTO log_types SELECT 'A' || n, now() - interval '2 days' FROM generate_series(1, 1000) AS n`,
  );
  const items = await list();
  expect(items).toHaveLength(1_000);
  expect(items).toEqual(expect.arrayContaining(['Okta.SystemLog', 'aws.vpc', 'AWS.CloudTrail']));
});

test('a key that may not read destinations may not read log types', async () => {
  const { body } = await control.call('POST', '/v1/api-keys', { name: 'producer', scopes: ['alerts:write'] });
  expect((await control.call('GET', '/v1/log-types', undefined, body.key)).status).toBe(403);
});
