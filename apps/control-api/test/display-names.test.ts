import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { connectDatabase } from '@tocsin/store';
import { providePostgres, testWhen } from '@tocsin/testkit';
import { startControl } from './control.ts';

async function hasIcu(): Promise<boolean> {
  const { url: databaseUrl } = await providePostgres();
  const log = { warn: () => undefined };
  const database = connectDatabase({ databaseUrl, poolMax: 1, applicationName: 'test', log });
  const found = database.pool.query(`SELECT FROM pg_collation WHERE collprovider = 'i' LIMIT 1`);
  const { rowCount } = await found.finally(database.close);
  return rowCount === 1;
}

const isIcu = await hasIcu();

// In a C database `lower` folds A to Z alone, in a Turkish one it makes ı of I.
describe.each(['C', 'en-US', 'tr-TR'])('on a database whose locale is %s', (locale) => {
  const testHere = testWhen(
    test,
    locale === 'C' || isIcu,
    `this Postgres has no ICU, so no locale ${locale}`,
  );
  let control: Awaited<ReturnType<typeof startControl>>;
  beforeAll(async () => {
    if (locale === 'C' || isIcu) control = await startControl({ locale });
  });
  afterAll(() => control?.close());

  const create = (displayName: string) =>
    control.call('POST', '/v1/destinations', { displayName, url: 'http://127.0.0.1:8081/hook' });

  testHere.each([
    ['Équipe', 'équipe'],
    ['ÜBERLAUF', 'überlauf'],
    ['TITLE', 'title'],
    ['ПОЖАР', 'Пожар'],
  ])('%s and %s are one name', async (name, other) => {
    expect((await create(name)).status).toBe(201);
    const second = (await create('another name')).body;
    expect(await create(other)).toMatchObject({ status: 409, body: { code: 'display_name_taken' } });
    for (const method of ['PATCH', 'PUT'])
      expect(
        await control.call(method, `/v1/destinations/${second.id}`, {
          displayName: other,
          url: 'http://127.0.0.1:8081/hook',
        }),
      ).toMatchObject({ status: 409 });
    expect((await control.call('DELETE', `/v1/destinations/${second.id}`)).status).toBe(204);
    const revived = await control.call('PUT', `/v1/destinations/${second.id}`, {
      displayName: other,
      url: 'http://127.0.0.1:8081/hook',
    });
    expect(revived.status).toBe(409);
    const found = await control.call('GET', `/v1/destinations?q=${encodeURIComponent(other.slice(1))}`);
    expect(found.body.items.map((item: { displayName: string }) => item.displayName)).toEqual([name]);
  });

  testHere('names that differ are two, and pages have each of them once, in the same order', async () => {
    for (const name of ['zone I', 'zone ı', 'zone é', 'Zone e', 'zone f'])
      expect((await create(name)).status).toBe(201);
    const seen: string[] = [];
    for (let cursor = ''; ; ) {
      const { body } = await control.call('GET', `/v1/destinations?limit=1&q=zone${cursor}`);
      seen.push(...body.items.map((item: { displayName: string }) => item.displayName));
      if (body.nextCursor === null) break;
      cursor = `&cursor=${body.nextCursor}`;
    }
    expect(seen).toEqual(['Zone e', 'zone f', 'zone I', 'zone é', 'zone ı']);
  });
});
