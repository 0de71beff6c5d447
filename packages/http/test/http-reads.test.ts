import { type IncomingHttpHeaders, request as send } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createResend, getSession, listAlerts, previewRoute } from '@tocsin/contract';
import { acceptsGzip } from '../src/exchange/read-answer.ts';
import { defineRoute } from '../src/index.ts';
import { closeServers, connectRaw, startServer, until } from './fixtures/server.ts';

interface Raw {
  status: number | undefined;
  headers: IncomingHttpHeaders;
  bytes: Buffer;
}

const ALERT = JSON.stringify({
  id: 'a',
  createdAt: '2026-07-01T07:57:12Z',
  severity: 'LOW',
  type: 'RULE',
  title: 't',
});

let items: unknown[] = [];
let ownTag: string | undefined;
let ask: (path: string, headers?: Record<string, string>, method?: string) => Promise<Raw>;

beforeAll(async () => {
  const server = await startServer({
    routes: [
      defineRoute(listAlerts, async (request) => {
        if (ownTag !== undefined) request.setEtag(ownTag);
        return { items, nextCursor: null } as never;
      }),
      defineRoute(previewRoute, async (request) => {
        request.setEtag('"7"');
        return { items: 'x'.repeat(5_000) } as never;
      }),
      defineRoute(getSession, async () => ({}) as never),
    ],
  });
  const authorization = server.keyring.add('admin');
  // Not `fetch`, which decompresses what it is given and adds an Accept-Encoding of its own.
  ask = (path, headers = {}, method = 'GET') =>
    new Promise((resolve, reject) => {
      const request = send(
        `${server.url}${path}`,
        { method, headers: { authorization, ...headers } },
        (answer) => {
          const chunks: Buffer[] = [];
          answer
            .on('data', (chunk) => chunks.push(chunk))
            .on('end', () =>
              resolve({ status: answer.statusCode, headers: answer.headers, bytes: Buffer.concat(chunks) }),
            );
        },
      );
      request.on('error', reject);
      request.end(method === 'POST' ? ALERT : undefined);
    });
});
afterAll(closeServers);

const LARGE = Array.from({ length: 200 }, (_, index) => ({ title: `alert ${index}` }));

describe('the tag of what is read', () => {
  test('is answered with 304 and no body while nothing changed, and with the new answer afterwards', async () => {
    items = LARGE;
    const first = await ask('/v1/alerts');
    const tag = String(first.headers.etag);
    expect(tag).toMatch(/^W\/"[\w-]+"$/);
    for (const given of [tag, tag.replace('W/', ''), `"other", ${tag}`, '*']) {
      const again = await ask('/v1/alerts', { 'if-none-match': given });
      expect([again.status, again.bytes.length, again.headers.etag]).toEqual([304, 0, tag]);
      expect(again.headers['content-type']).toBeUndefined();
      expect(again.headers['cache-control']).toBe('no-store');
    }
    expect((await ask('/v1/alerts', { 'if-none-match': '"other"' })).status).toBe(200);
    items = LARGE.slice(1);
    const changed = await ask('/v1/alerts', { 'if-none-match': tag });
    expect(changed.status).toBe(200);
    expect(changed.headers.etag).not.toBe(tag);
  });

  test('is the same for HEAD, which has no body', async () => {
    items = LARGE;
    const whole = await ask('/v1/alerts');
    const head = await ask('/v1/alerts', {}, 'HEAD');
    expect([head.status, head.bytes.length, head.headers.etag]).toEqual([200, 0, whole.headers.etag]);
    expect(head.headers['content-length']).toBe(String(whole.bytes.length));
  });

  test('may be the route’s own, for If-Match: the answer, which may show more, is given whole', async () => {
    items = LARGE;
    ownTag = '"17"';
    const first = await ask('/v1/alerts', { 'accept-encoding': 'gzip' });
    expect([first.headers.etag, first.headers['content-encoding']]).toEqual(['"17"', undefined]);
    expect((await ask('/v1/alerts', { 'if-none-match': 'W/"17"' })).status).toBe(200);
    ownTag = undefined;
  });

  test('stands on an answer to a change where its route gives one', async () => {
    const changed = await ask(
      '/v1/route',
      { 'content-type': 'application/json', 'accept-encoding': 'gzip' },
      'POST',
    );
    expect(changed.headers.etag).toBe('"7"');
    // Answers of changes show secrets once: they are never compressed.
    expect(changed.headers['content-encoding']).toBeUndefined();
  });
});

describe('what is read', () => {
  test('is compressed for callers that take gzip, and only where that helps', async () => {
    items = LARGE;
    const plain = await ask('/v1/alerts');
    expect(plain.headers['content-encoding']).toBeUndefined();
    const packed = await ask('/v1/alerts', { 'accept-encoding': 'br;q=1.0, gzip;q=0.8' });
    expect(packed.headers['content-encoding']).toBe('gzip');
    expect(packed.headers.vary).toContain('accept-encoding');
    expect(packed.headers['content-length']).toBe(String(packed.bytes.length));
    expect(packed.bytes.length).toBeLessThan(plain.bytes.length / 4);
    expect(gunzipSync(packed.bytes).toString()).toBe(plain.bytes.toString());
    items = [];
    const small = await ask('/v1/alerts', { 'accept-encoding': 'gzip' });
    expect(small.headers['content-encoding']).toBeUndefined();
    expect(small.headers.vary).toContain('accept-encoding');
  });

  test.each([
    [undefined, false],
    ['', false],
    ['gzip', true],
    ['GZIP', true],
    ['x-gzip', true],
    ['*', true],
    ['br, deflate', false],
    ['gzip;q=0', false],
    ['gzip; q=0.000', false],
    ['*;q=0', false],
    ['gzip;q=0, *', false],
    ['gzip;q=0.5, identity', false],
    ['gzip;q=0.5, identity;q=0.1', true],
    ['gzip;q=nothing', false],
  ])('with Accept-Encoding %j is compressed: %j', (header, isAccepted) => {
    expect(acceptsGzip(header)).toBe(isAccepted);
  });
});

test('what was asked by a caller who has gone is not read any more', async () => {
  const held = Promise.withResolvers<void>();
  let begun = 0;
  const server = await startServer({
    routes: [
      defineRoute(listAlerts, async () => {
        begun += 1;
        await held.promise;
        return { items: [], nextCursor: null };
      }),
    ],
  });
  const key = server.keyring.add('alerts:read');
  const ask = async () => {
    const connection = await connectRaw(server);
    connection.send(`GET /v1/alerts HTTP/1.1\r\nHost: x\r\nAuthorization: ${key}\r\n\r\n`);
    return connection;
  };
  const connections = await Promise.all(Array.from({ length: 10 }, ask));
  await until(() => server.keyring.reads.length === 10 && begun === 2, 'all of them');
  for (const connection of connections) connection.socket.destroy();
  await until(() => server.lines.filter(({ status }) => status === 'aborted').length === 10, 'their end');
  held.resolve();
  const answer = await fetch(`${server.url}/v1/alerts`, { headers: { authorization: key } });
  expect(answer.status).toBe(200);
  expect(begun).toBe(3);
});

describe('what reads as much as a list, and is no GET', () => {
  test('is bounded for each key likewise: a few at once, a few more waiting, then 429', async () => {
    const held = Promise.withResolvers<void>();
    let underWay = 0;
    const server = await startServer({
      routes: [
        defineRoute(createResend, async () => {
          underWay += 1;
          await held.promise;
          return { id: null, matched: 0 };
        }),
      ],
    });
    const keys = [server.keyring.add('deliveries:resend'), server.keyring.add('deliveries:resend')];
    const count = async (authorization = '') => {
      const filter = { status: 'failed', since: '2026-07-01T00:00:00Z', until: '2026-07-02T00:00:00Z' };
      const response = await fetch(`${server.url}/v1/resends`, {
        method: 'POST',
        headers: { authorization, 'content-type': 'application/json' },
        body: JSON.stringify({ ...filter, dryRun: true }),
      });
      return response.status;
    };
    const asked = Array.from({ length: 40 }, () => count(keys[0]));
    const first = await Promise.race(asked);
    expect(first).toBe(429);
    expect(underWay).toBe(2);
    const other = count(keys[1]);
    await until(() => underWay === 3, 'the other key counts');
    held.resolve();
    const statuses = (await Promise.all([...asked, other])).toSorted();
    expect(statuses).toEqual([...Array(35).fill(202), ...Array(6).fill(429)]);
  });
});
