import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { defineInternalRoute, listen } from '@tocsin/http';
import { createLifecycle, createLogger, createMetrics } from '@tocsin/service';
import { connectDatabase, type Database } from '@tocsin/store';
import { createTestDatabase } from '@tocsin/testkit';
import { z } from 'zod';
import { createServiceHandler } from '../src/index.ts';

const TOKEN = 'a-service-token-for-tests';

const log = createLogger({ level: 'silent', service: 'test' });
const lifecycle = createLifecycle(log);
let database: Database;
let gone: Database;

beforeAll(async () => {
  const own = await createTestDatabase('bootstrap', { isMigrated: true });
  lifecycle.own('test database', { close: () => own.drop() });
  const common = { poolMax: 1, applicationName: 'test', log };
  database = lifecycle.own('database', connectDatabase({ ...common, databaseUrl: own.url }));
  const nowhere = 'postgres://tocsin@127.0.0.1:1/tocsin';
  gone = lifecycle.own('gone', connectDatabase({ ...common, databaseUrl: nowhere }));
});
afterAll(() => lifecycle.close());

async function serve(served: { database: Database; token?: string }) {
  const echo = defineInternalRoute({
    method: 'post',
    path: '/internal/echo',
    bodySchema: z.object({ text: z.string() }),
    handler: async (body) => body,
  });
  const handler = createServiceHandler(
    { routes: [], internal: [echo], readiness: async () => ({ queues: 'ok' }), database: served.database },
    {
      name: 'test',
      settings: { TOCSIN_RATE_LIMIT: 100, TOCSIN_SERVICE_TOKEN: served.token },
      log,
      metrics: createMetrics('test'),
      closing: lifecycle.closing,
    },
  );
  return lifecycle.own('server', await listen(handler, { port: 0, host: '127.0.0.1' }));
}

test('the readiness of every service says how Postgres is, beside what the service says', async () => {
  for (const [served, postgres] of [
    [database, 'ok'],
    [gone, 'unavailable'],
  ] as const) {
    const { url } = await serve({ database: served });
    const answer = await fetch(`${url}/readyz`);
    expect([answer.status, await answer.json()]).toEqual([
      200,
      { status: 'ready', service: 'test', dependencies: { postgres, queues: 'ok' } },
    ]);
  }
});

test('internal routes are there where the settings have a service token', async () => {
  const ask = async (token?: string) => {
    const { url } = await serve({ database, ...(token === undefined ? {} : { token }) });
    const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ text: 'x' });
    return (await fetch(`${url}/internal/echo`, { method: 'POST', headers, body })).status;
  };
  expect([await ask(), await ask(TOKEN)]).toEqual([404, 200]);
});
