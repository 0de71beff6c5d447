import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createDestination, ProblemError, previewRoute, resendAlert } from '@tocsin/contract';
import { defineRoute } from '../src/index.ts';
import { createCaller, problemOf } from './fixtures/caller.ts';
import { closeServers, startServer } from './fixtures/server.ts';

const ALERT = {
  id: 'Rule.One',
  createdAt: '2026-07-01T07:57:12Z',
  severity: 'HIGH',
  type: 'RULE',
  title: 'x',
};
const DECISION = { rule: 'filters' as const, destinationIds: [], skipped: [], notes: [] };
const UUID = '0198b5d2-0000-7000-8000-000000000000';

let server: Awaited<ReturnType<typeof startServer>>;
let admin: string;
let ask: ReturnType<typeof createCaller>['ask'];
let post: ReturnType<typeof createCaller>['post'];
/** What the handlers were given. */
const seen: Record<string, unknown>[] = [];

beforeAll(async () => {
  server = await startServer({
    routes: [
      defineRoute(previewRoute, async ({ body, query }) => {
        seen.push({ body, query });
        return DECISION;
      }),
      defineRoute(resendAlert, async ({ body }) => {
        seen.push({ body });
        return { deliveries: [] };
      }),
      defineRoute(createDestination, async () => {
        throw new ProblemError('display_name_taken');
      }),
    ],
  });
  admin = server.keyring.add('admin');
  ({ ask, post } = createCaller(server.url, admin));
});
afterAll(closeServers);

describe('bodies', () => {
  test('reach the handler as the schema made them', async () => {
    expect((await post('/v1/route?explain=true', { ...ALERT, unknown: 1 })).status).toBe(200);
    const { body, query } = seen.pop() as { body: object; query: object };
    expect(body).toMatchObject(ALERT);
    expect(body).not.toHaveProperty('unknown');
    expect(query).toEqual({ explain: true });
  });

  test('every faulty field is named', async () => {
    const answer = await post('/v1/route', { ...ALERT, severity: 'WARM', createdAt: 'now', tags: ['a', 1] });
    const problem = problemOf(answer);
    expect(problem.code).toBe('invalid_request');
    expect(problem.errors?.map(({ path }) => path)).toEqual(['createdAt', 'severity', 'tags[1]']);
  });

  test('what is not JSON is 400 and shows none of itself', async () => {
    for (const body of ['{', '{"a":canary}', 'undefined', '[1,]', '"\u0001"', 'NaN', "{'a':1}"]) {
      expect(problemOf(await post('/v1/route', body)).code).toBe('malformed_body');
    }
    expect(problemOf(await post('/v1/route', '{"a":1,}')).detail).toMatch(/not valid JSON, at byte 7/);
  });

  test('that are not UTF-8 are 400', async () => {
    for (const bytes of [[0xff], [0xc3], [0xed, 0xa0, 0x80], [0x22, 0xc0, 0x80, 0x22]]) {
      expect(problemOf(await post('/v1/route', Buffer.from(bytes))).code).toBe('malformed_body');
    }
  });

  test('may start with a byte order mark', async () => {
    const body = Buffer.from(`\ufeff${JSON.stringify(ALERT)}`);
    expect(body[0]).toBe(0xef);
    expect((await post('/v1/route', body)).status).toBe(200);
  });

  test('JSON of another shape is 400', async () => {
    for (const body of ['null', '1', '"a"', '[]', 'true']) {
      expect(problemOf(await post('/v1/route', body)).code).toBe('invalid_request');
    }
  });

  test('keys of the prototype do no harm', async () => {
    const poison = `{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},${JSON.stringify(ALERT).slice(1)}`;
    expect((await post('/v1/route', poison)).status).toBe(200);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    expect((seen.pop() as { body: Record<string, unknown> }).body.polluted).toBeUndefined();
    const strict = '{"__proto__":{"displayName":"x"},"url":"https://a.example"}';
    expect(problemOf(await post('/v1/destinations', strict)).code).toBe('invalid_request');
  });

  test('deep nesting does not crash', async () => {
    const deep = (levels: number) =>
      `{"alertContext":${'{"a":'.repeat(levels)}1${'}'.repeat(levels)},${JSON.stringify(ALERT).slice(1)}`;
    expect((await post('/v1/route', deep(63))).status).toBe(200);
    for (const levels of [64, 50_000])
      expect(problemOf(await post('/v1/route', deep(levels))).detail).toContain('64 levels');
    expect(problemOf(await post('/v1/route', '['.repeat(500_000))).code).toBe('invalid_request');
    expect(problemOf(await post('/v1/destinations', `{"url":${'['.repeat(60_000)}`)).detail).toContain(
      '64 levels',
    );
  });

  test('of more than is looked at are refused before they are built, with one fault', async () => {
    const many = (count: number, piece: string) => Array(count).fill(piece).join(',');
    for (const body of [
      `{"logTypes":[${many(30_000, '1')}]}`,
      `[${many(20_000, '{}')}]`,
      `{${Array.from({ length: 5_001 }, (_, index) => `"${index}":0`).join(',')}}`,
      `{${many(10_000, '"a":1')}}`,
    ]) {
      const { code, errors } = problemOf(await post('/v1/destinations', body));
      expect(code).toBe('invalid_request');
      expect(errors).toHaveLength(1);
    }
  });

  test('with many faults have twenty looked for, and as much said of keys that nobody knows', async () => {
    const headers = Array(100).fill({ name: 1 });
    const answer = problemOf(
      await post('/v1/destinations', { displayName: 'x', url: 'https://a.example', headers }),
    );
    expect(answer.errors).toHaveLength(20);
    const unknown = Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`key${index}`, 1]));
    const { errors } = problemOf(
      await post('/v1/destinations', { displayName: 'x', url: 'https://a.example', ...unknown }),
    );
    expect(errors?.map(({ message }) => message)).toEqual([
      'holds unknown keys: "key0", "key1", "key2", "key3", "key4" and 995 more',
    ]);
  });

  test('none is 400 where one is needed, and fine where it may be left out', async () => {
    expect(problemOf(await ask('/v1/route', { method: 'POST' })).code).toBe('invalid_request');
    expect(problemOf(await post('/v1/route', '')).code).toBe('invalid_request');
    expect((await ask('/v1/alerts/a/resend', { method: 'POST' })).status).toBe(202);
    expect(seen.pop()).toEqual({ body: {} });
    expect((await post('/v1/alerts/a/resend', '')).status).toBe(202);
    expect((await post('/v1/alerts/a/resend', { destinationIds: [UUID] })).status).toBe(202);
    expect(seen.pop()).toEqual({ body: { destinationIds: [UUID] } });
    expect(problemOf(await post('/v1/alerts/a/resend', { destinationIds: ['x'] })).errors?.[0]?.path).toBe(
      'destinationIds[0]',
    );
  });

  test('of a type other than JSON are 415', async () => {
    for (const type of [
      'text/plain',
      'application/x-ndjson',
      'application/json; charset=latin1',
      'json',
      'text/json',
    ]) {
      const answer = await post('/v1/route', ALERT, { 'content-type': type });
      expect(problemOf(answer)).toMatchObject({ status: 415, code: 'unsupported_media_type' });
    }
    const untyped = await ask('/v1/route', { method: 'POST', body: Buffer.from(JSON.stringify(ALERT)) });
    expect(problemOf(untyped).status).toBe(415);
    expect(
      (await post('/v1/route', ALERT, { 'content-type': 'APPLICATION/json;charset=UTF-8' })).status,
    ).toBe(200);
  });
});
