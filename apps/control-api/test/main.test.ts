import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { generateSecretKeys } from '@tocsin/secrets';
import {
  createFaultProxy,
  createTestDatabase,
  type FaultProxy,
  findFreePort,
  startProcess,
  type TestDatabase,
} from '@tocsin/testkit';

const ENTRY = new URL('../src/main.ts', import.meta.url).pathname;
const ADMIN_KEY = 'tcs_admin_a-process-secret';

let testDatabase: TestDatabase;
let proxy: FaultProxy;
beforeAll(async () => {
  testDatabase = await createTestDatabase('control_main');
  proxy = await createFaultProxy({ target: testDatabase.url });
});
afterAll(async () => {
  await proxy.close();
  await testDatabase.drop();
});

describe('the process', () => {
  test('starts, answers 503 while the database is unavailable and again afterwards, and ends with 0 on SIGTERM', async () => {
    const port = await findFreePort();
    const url = `http://127.0.0.1:${port}`;
    const service = await startProcess({
      entry: ENTRY,
      env: {
        DATABASE_URL: proxy.url,
        PORT: String(port),
        TOCSIN_PUBLIC_URL: 'https://tocsin.example.com',
        TOCSIN_ADMIN_KEY: ADMIN_KEY,
        TOCSIN_SECRET_KEYS: generateSecretKeys(),
        // Nobody listens there: the board is unavailable, and nothing else.
        REDIS_URL: 'redis://127.0.0.1:1',
      },
    });
    await service.ready(`${url}/readyz`);
    const authorization = `Bearer ${ADMIN_KEY}`;
    const ask = async (path: string) => {
      const response = await fetch(`${url}${path}`, { headers: { authorization } });
      return { status: response.status, body: await response.json(), headers: response.headers };
    };
    expect(await ask('/readyz')).toMatchObject({ status: 200, body: { dependencies: { postgres: 'ok' } } });
    expect(await ask('/v1/destinations')).toMatchObject({ status: 200, body: { items: [] } });
    expect(await ask('/queues/api/queues')).toMatchObject({ status: 503, body: { code: 'unavailable' } });

    await proxy.refuse();
    const refused = await ask('/v1/destinations');
    expect(refused).toMatchObject({ status: 503, body: { code: 'unavailable' } });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await ask('/readyz')).toMatchObject({
      status: 200,
      body: { dependencies: { postgres: 'unavailable' } },
    });
    const signIn = async () => {
      const headers = { 'content-type': 'application/json' };
      const body = JSON.stringify({ key: ADMIN_KEY });
      return (await fetch(`${url}/v1/session`, { method: 'POST', headers, body })).status;
    };
    for (let attempt = 0; attempt < 12; attempt += 1) expect(await signIn()).toBe(503);

    await proxy.pass();
    expect((await ask('/v1/destinations')).status).toBe(200);
    // Attempts that nobody could judge were not counted as refused.
    expect(await signIn()).toBe(201);
    expect(await service.stop()).toMatchObject({ code: 0 });
    expect(service.stdout()).not.toContain('process-secret');
  });

  test('names every fault of its settings at once, and ends with 1', async () => {
    const service = await startProcess({ entry: ENTRY, env: { TOCSIN_ADMIN_KEY: 'short' } });
    expect(await service.exited).toMatchObject({ code: 1 });
    for (const name of ['DATABASE_URL', 'TOCSIN_PUBLIC_URL', 'TOCSIN_SECRET_KEYS', 'TOCSIN_ADMIN_KEY'])
      expect(service.stdout()).toContain(name);
  });
});
