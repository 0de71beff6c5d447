import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  createDestination,
  listAlerts,
  listApiKeys,
  ProblemError,
  testDestination,
  testDraft,
} from '@tocsin/contract';
import { defineRoute } from '../src/index.ts';
import { createCaller, problemOf } from './fixtures/caller.ts';
import { closeServers, startServer, until } from './fixtures/server.ts';

const UUID = '0198b5d2-0000-7000-8000-000000000000';

let server: Awaited<ReturnType<typeof startServer>>;
let admin: string;
let ask: ReturnType<typeof createCaller>['ask'];
let post: ReturnType<typeof createCaller>['post'];

beforeAll(async () => {
  server = await startServer({
    routes: [
      defineRoute(createDestination, async () => {
        throw new ProblemError('display_name_taken');
      }),
      defineRoute(testDestination, async () => {
        throw new ProblemError('unavailable', { retryAfterSeconds: 2.1 });
      }),
      defineRoute(testDraft, async () => {
        throw new ProblemError('overloaded');
      }),
      defineRoute(listApiKeys, async () => {
        throw Object.assign(new Error('canary: postgres://u:canary@db/'), { options: { headers: 'canary' } });
      }),
    ],
  });
  admin = server.keyring.add('admin');
  ({ ask, post } = createCaller(server.url, admin));
});
afterAll(closeServers);

describe('failures', () => {
  test('a problem that a handler throws is answered with its code and what is meant for the caller', async () => {
    const body = { displayName: 'a', url: 'https://a.example' };
    expect(problemOf(await post('/v1/destinations', body))).toMatchObject({
      status: 409,
      code: 'display_name_taken',
    });
  });

  test('503 says when to come back: as the problem has it, or in a second', async () => {
    const unavailable = await ask(`/v1/destinations/${UUID}/test`, { method: 'POST' });
    expect([problemOf(unavailable).code, unavailable.header('retry-after')]).toEqual(['unavailable', '3']);
    const overloaded = await post('/v1/destinations/test', { url: 'https://a.example' });
    expect([problemOf(overloaded).code, overloaded.header('retry-after')]).toEqual(['overloaded', '1']);
  });

  test('an unexpected error is 500, says nothing to the caller, and is in the log without secrets', async () => {
    const answer = await ask('/v1/api-keys', { headers: { 'x-request-id': 'find-me' } });
    expect(problemOf(answer)).toMatchObject({ status: 500, code: 'internal' });
    const line = server.lines.find(({ requestId }) => requestId === 'find-me');
    expect(line).toMatchObject({
      level: 'warn',
      route: '/v1/api-keys',
      status: '500',
      code: 'internal',
      err: { name: 'Error', message: 'canary: postgres://db/…' },
    });
    expect(JSON.stringify((line?.err as { stack?: string[] } | undefined)?.stack)).toContain(
      'http-failures.test.ts',
    );
    expect(JSON.stringify(line)).not.toContain('headers');
  });

  test('a service can translate errors of its libraries', async () => {
    const other = await startServer({
      routes: [
        defineRoute(listAlerts, async () => {
          throw Object.assign(new Error('terminated'), { code: '57P01' });
        }),
        defineRoute(listApiKeys, async () => {
          throw new Error('another');
        }),
      ],
      mapError: (error) =>
        (error as { code?: string }).code === '57P01'
          ? new ProblemError('unavailable', { cause: error })
          : null,
    });
    const headers = { authorization: other.keyring.add('admin') };
    const unavailable = await fetch(`${other.url}/v1/alerts`, { headers });
    expect([unavailable.status, unavailable.headers.get('retry-after')]).toEqual([503, '1']);
    expect((await fetch(`${other.url}/v1/api-keys`, { headers })).status).toBe(500);
    // Of an outage there are thousands, and a line of its own says it: each is logged at `debug`.
    const failures = other.lines.filter(({ err }) => err !== undefined);
    expect(failures).toMatchObject([
      { level: 'debug', err: { code: 'unavailable', cause: { code: '57P01' } } },
      { level: 'warn', err: { message: 'another' } },
    ]);
  });

  test('what is refused for want of room is one line in a while, however many are refused', async () => {
    const other = await startServer({
      routes: [
        defineRoute(listAlerts, async () => {
          throw new ProblemError('overloaded');
        }),
      ],
    });
    const headers = { authorization: other.keyring.add('admin') };
    for (let n = 0; n < 5; n += 1)
      expect((await fetch(`${other.url}/v1/alerts`, { headers })).status).toBe(503);
    const warnings = () => other.lines.filter(({ level }) => level === 'warn');
    await until(() => warnings().length > 0, 'the line');
    expect(warnings()).toEqual([
      expect.objectContaining({ msg: 'requests are refused: there is no room for what arrives', refused: 1 }),
    ]);
  });

  test('what a caller does wrong is no line at the usual level', async () => {
    const before = server.lines.length;
    await ask('/v1/nowhere');
    await ask('/v1/destinations', { method: 'DELETE' });
    await post('/v1/destinations', {});
    await post('/v1/destinations', 'nonsense');
    await fetch(`${server.url}/v1/api-keys`);
    await until(() => server.lines.length >= before + 5, 'a line for each');
    expect(server.lines.slice(before).map(({ level }) => level)).toEqual(Array(5).fill('debug'));
  });
});
