import { randomBytes } from 'node:crypto';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  createDestination,
  type Endpoint,
  LIMITS,
  ProblemError,
  postAlerts,
  previewRoute,
  problemSchema,
} from '@tocsin/contract';
import { createByteStore } from '../src/http/byte-store.ts';
import { defineRoute, inflate, type RouteRequest } from '../src/index.ts';
import { createCaller, problemOf } from './fixtures/caller.ts';
import { closeServers, connectRaw, startServer, until } from './fixtures/server.ts';

/** The body of the raw endpoint, decompressed as ingest does it. */
const plain = ({
  rawBody: { bytes, isGzip },
  lookedAt,
}: Pick<RouteRequest<Endpoint>, 'rawBody' | 'lookedAt'>) =>
  isGzip ? inflate(bytes, LIMITS.ingestBytesMax, lookedAt) : bytes;

const SUMMARY = { accepted: 0, duplicates: 0, rejected: 0, results: [] };

let server: Awaited<ReturnType<typeof startServer>>;
let caller: ReturnType<typeof createCaller>;
let admin: string;
/** What the handler of the raw endpoint was given. */
const seen: { rawBody: Buffer; contentType: string }[] = [];

beforeAll(async () => {
  server = await startServer({
    routes: [
      defineRoute(postAlerts, async ({ contentType, ...request }) => {
        seen.push({ rawBody: plain(request), contentType });
        return SUMMARY;
      }),
      defineRoute(createDestination, async () => {
        throw new ProblemError('display_name_taken');
      }),
      defineRoute(previewRoute, async () => ({
        rule: 'filters' as const,
        destinationIds: [],
        skipped: [],
        notes: [],
      })),
    ],
  });
  admin = server.keyring.add('admin');
  caller = createCaller(server.url, admin);
});
afterAll(closeServers);

function send(body: Buffer, headers: Record<string, string> = {}) {
  return caller.ask('/v1/alerts', {
    method: 'POST',
    body: body as Uint8Array<ArrayBuffer>,
    headers: { 'content-type': 'application/json', ...headers },
  });
}

/** Random, so that it does not compress. */
const RANDOM_TEXT = randomBytes(6 * 1024 * 1024).toString('hex');
const text = (length: number) => Buffer.from(RANDOM_TEXT.slice(0, length));

describe('a raw body', () => {
  test('reaches the handler as it came, of the types that the endpoint takes', async () => {
    const body = Buffer.from('{"a": "ü😀"}\n\n{ }');
    expect((await send(body, { 'content-type': 'Application/X-NDJSON; charset=utf-8' })).status).toBe(202);
    expect(seen.pop()).toEqual({ rawBody: body, contentType: 'application/x-ndjson' });
  });

  test('of any other type is 415, without a body too', async () => {
    for (const type of ['text/plain', 'application/ndjson', 'application/json; charset=utf-16']) {
      expect(problemOf(await send(Buffer.from('{}'), { 'content-type': type })).status).toBe(415);
    }
    expect(problemOf(await caller.ask('/v1/alerts', { method: 'POST' })).status).toBe(415);
  });

  test('need not be UTF-8: one bad line of NDJSON must not spoil the others', async () => {
    expect((await send(Buffer.from([0xff, 0x0a, 0x31]))).status).toBe(202);
    expect(seen.pop()?.rawBody).toEqual(Buffer.from([0xff, 0x0a, 0x31]));
  });
});

describe('size', () => {
  test('10 MiB are taken, a byte more is 413', async () => {
    expect((await send(text(LIMITS.ingestBytesMax))).status).toBe(202);
    expect(seen.pop()?.rawBody).toHaveLength(LIMITS.ingestBytesMax);
    expect(problemOf(await send(text(LIMITS.ingestBytesMax + 1)))).toMatchObject({
      status: 413,
      code: 'request_too_large',
    });
  });

  test('the same without an announced length', async () => {
    const stream = (length: number) =>
      fetch(`${server.url}/v1/alerts`, {
        method: 'POST',
        headers: { authorization: admin, 'content-type': 'application/json' },
        body: new ReadableStream({
          start(controller) {
            for (let sent = 0; sent < length; sent += 65_536) {
              controller.enqueue(text(Math.min(65_536, length - sent)));
            }
            controller.close();
          },
        }),
        duplex: 'half',
      } as RequestInit);
    expect((await stream(LIMITS.ingestBytesMax)).status).toBe(202);
    expect((await stream(LIMITS.ingestBytesMax + 1)).status).toBe(413);
  });

  test('counts after decompression: a small bomb is 413, 10 MiB that do not compress are taken', async () => {
    const bomb = gzipSync(Buffer.alloc(LIMITS.ingestBytesMax + 1, 'a'));
    expect(bomb.length).toBeLessThan(20_000);
    expect(problemOf(await send(bomb, { 'content-encoding': 'gzip' })).code).toBe('request_too_large');
    const full = gzipSync(text(LIMITS.ingestBytesMax), { level: 0 });
    expect(full.length).toBeGreaterThan(LIMITS.ingestBytesMax);
    expect((await send(full, { 'content-encoding': 'gzip' })).status).toBe(202);
    expect(
      problemOf(await send(gzipSync(text(LIMITS.ingestBytesMax + 1)), { 'content-encoding': 'gzip' })).status,
    ).toBe(413);
  });

  test('is 512 KiB for an alert whose routing is asked for, and 64 KiB for every other JSON', async () => {
    for (const [path, bytesMax] of [
      ['/v1/route', LIMITS.routeBytesMax],
      ['/v1/destinations', LIMITS.requestBytesMax],
    ] as const) {
      const largest = JSON.stringify('a'.repeat(bytesMax - 2));
      expect(problemOf(await caller.post(path, largest)).code).toBe('invalid_request');
      expect(problemOf(await caller.post(path, `${largest} `)).code).toBe('request_too_large');
    }
  });
});

describe('a compressed body', () => {
  const gzipped = (body: Buffer, headers = {}) => send(body, { 'content-encoding': 'gzip', ...headers });

  test('may grow a hundred times and no more, except that 64 KiB may come out of any', async () => {
    const flat = (bytes: number) => gzipSync(Buffer.alloc(bytes, 'a'));
    expect((await gzipped(flat(64 * 1024))).status).toBe(202);
    expect(problemOf(await gzipped(flat(128 * 1024))).detail).toContain('100 times');
    const ratio = (noise: number) =>
      gzipSync(Buffer.concat([randomBytes(noise), Buffer.alloc(1_000_000, 'a')]));
    expect(1_009_500 / ratio(9_500).length).toBeLessThan(100);
    expect((await gzipped(ratio(9_500))).status).toBe(202);
    expect((await gzipped(ratio(7_000))).status).toBe(413);
  });

  test('of several members counts as a whole', async () => {
    const member = gzipSync(Buffer.alloc(60 * 1024, 'a'));
    expect((await gzipped(member)).status).toBe(202);
    expect(problemOf(await gzipped(Buffer.concat(Array(10).fill(member)))).code).toBe('request_too_large');
  });
});

describe('Content-Encoding', () => {
  test('gzip is taken, in any case', async () => {
    for (const encoding of ['gzip', 'GZIP', 'x-gzip', 'identity']) {
      const body = encoding === 'identity' ? Buffer.from('{"a":1}') : gzipSync('{"a":1}');
      expect((await send(body, { 'content-encoding': encoding })).status).toBe(202);
      expect(seen.pop()?.rawBody.toString()).toBe('{"a":1}');
    }
  });

  test('any other is 415', async () => {
    const bodies = {
      deflate: deflateSync('{}'),
      br: brotliCompressSync('{}'),
      'gzip, gzip': gzipSync(gzipSync('{}')),
    };
    for (const [encoding, body] of Object.entries(bodies)) {
      expect(problemOf(await send(body, { 'content-encoding': encoding })).status).toBe(415);
    }
  });

  test('broken gzip is 400', async () => {
    const whole = gzipSync('{"a":"abcdefgh"}');
    const changed = Buffer.from(whole);
    changed[whole.length - 5] = (changed[whole.length - 5] as number) ^ 0xff;
    for (const body of [Buffer.from('{}'), whole.subarray(0, -4), changed]) {
      expect(problemOf(await send(body, { 'content-encoding': 'gzip' })).code).toBe('malformed_body');
    }
  });
});

describe('a caller who does not play by the rules', () => {
  const head = (length: string, key = admin) =>
    `POST /v1/alerts HTTP/1.1\r\nHost: x\r\nAuthorization: ${key}\r\nContent-Type: application/json\r\n${length}\r\n\r\n`;

  test('is refused by the announced length, before the body comes', async () => {
    const connection = await connectRaw(server);
    connection.send(head(`Content-Length: ${LIMITS.ingestBytesMax + 1}`));
    await until(() => connection.received().includes('request_too_large'), 'the answer');
    expect(connection.received()).toMatch(/^HTTP\/1\.1 413 /);
    connection.socket.destroy();
  });

  test('is refused while an endless body is still coming, and cut off soon after', async () => {
    const connection = await connectRaw(server);
    connection.send(head('Transfer-Encoding: chunked'));
    const chunk = `10000\r\n${'a'.repeat(65_536)}\r\n`;
    for (let sent = 0; sent < LIMITS.ingestBytesMax + 65_536; sent += 65_536) connection.send(chunk);
    await until(() => connection.received().includes('request_too_large'), 'the answer');
    const stillComing = () => {
      if (!connection.isClosed()) connection.send(chunk);
      return connection.isClosed();
    };
    await until(stillComing, 'the cut');
    connection.socket.destroy();
  });

  test('without a key is refused before the body is looked at', async () => {
    const connection = await connectRaw(server);
    connection.send(head('Content-Length: 1000', 'Bearer nobody'));
    await until(() => connection.received().includes('unauthorized'), 'the answer');
    expect(connection.received()).toMatch(/^HTTP\/1\.1 401 /);
    connection.socket.destroy();
  });

  test('that goes away in the middle of a body harms nobody', async () => {
    const connection = await connectRaw(server);
    const before = server.lines.length;
    connection.send(`${head('Content-Length: 1000')}{"a":`);
    await until(
      async () => (await server.metrics.registry.metrics()).includes('in_flight{service="test"} 1'),
      'arrival',
    );
    connection.socket.destroy();
    await until(() => server.lines.slice(before).some(({ status }) => status === 'aborted'), 'the log line');
    expect((await send(Buffer.from('{}'))).status).toBe(202);
  });

  test('may send requests one behind the other', async () => {
    const connection = await connectRaw(server);
    connection.send(`${head('Content-Length: 2')}{}${head('Content-Length: 3')}{ }`);
    await until(() => (connection.received().match(/HTTP\/1\.1 202/g) ?? []).length === 2, 'both answers');
    expect(seen.splice(-2).map(({ rawBody }) => rawBody.toString())).toEqual(['{}', '{ }']);
    connection.socket.destroy();
  });

  test.each([
    ['two lengths', 'Content-Length: 2\r\nContent-Length: 3'],
    ['a length and chunks', 'Content-Length: 2\r\nTransfer-Encoding: chunked'],
    ['a length that is no number', 'Content-Length: 2x'],
  ])('is cut off for %s', async (_, length) => {
    const connection = await connectRaw(server);
    connection.send(`${head(length)}{}`);
    await until(() => connection.isClosed(), 'the end of the connection');
    expect(connection.received()).toMatch(/^HTTP\/1\.1 400 /);
    connection.socket.destroy();
  });
});

describe('what the parser refuses', () => {
  test.each([
    ['431', 'headers_too_large', `GET / HTTP/1.1\r\nHost: x\r\nX-Large: ${'a'.repeat(20_000)}\r\n\r\n`],
    ['400', 'malformed_request', 'GET / HTTP/1.1\r\nHost x\r\n\r\n'],
    ['400', 'malformed_request', 'this is not HTTP\r\n\r\n'],
    ['400', 'malformed_request', 'GET /healthz HTTP/1.1\r\n\r\n'],
    ['405', 'method_not_allowed', 'CONNECT 127.0.0.1:22 HTTP/1.1\r\nHost: x\r\n\r\n'],
  ])('is %s as a problem document: %s', async (status, code, text) => {
    const connection = await connectRaw(server);
    connection.send(text);
    await until(() => connection.isClosed(), 'the end of the connection');
    const [head = '', body = ''] = connection.received().split('\r\n\r\n');
    expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(head).toContain('content-type: application/problem+json');
    expect(problemSchema.strict().parse(JSON.parse(body))).toMatchObject({ status: Number(status), code });
  });

  test('is no expectation: one that nobody knows is passed over', async () => {
    const connection = await connectRaw(server);
    connection.send('GET /healthz HTTP/1.1\r\nHost: x\r\nExpect: wonders\r\nConnection: close\r\n\r\n');
    await until(() => connection.isClosed(), 'the end of the connection');
    expect(connection.received()).toMatch(/^HTTP\/1\.1 200 /);
  });

  test('is told before its body is sent, where a caller asks first; who has a key is told to go on', async () => {
    const ask = (authorization: string) =>
      `POST /v1/alerts HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\nExpect: 100-continue\r\n` +
      'Content-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n';
    const stranger = await connectRaw(server);
    stranger.send(ask('Bearer tcs_no_such'));
    await until(() => stranger.received().includes('unauthorized'), 'the refusal');
    expect(stranger.received()).toMatch(/^HTTP\/1\.1 401 /);
    stranger.socket.destroy();
    const connection = await connectRaw(server);
    connection.send(ask(admin));
    await until(() => connection.received().includes('100 Continue'), 'to be told to go on');
    connection.send('{}');
    await until(() => connection.isClosed(), 'the end of the connection');
    expect(connection.received()).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 202 /);
  });

  test('is 408 as a problem document for headers and bodies that do not come in time', async () => {
    const other = await startServer(
      { routes: [defineRoute(postAlerts, async () => SUMMARY)] },
      { headersTimeoutMs: 100, requestTimeoutMs: 300 },
    );
    const start = `POST /v1/alerts HTTP/1.1\r\nHost: x\r\nAuthorization: ${other.keyring.add('admin')}\r\n`;
    for (const text of [start, `${start}Content-Type: application/json\r\nContent-Length: 9\r\n\r\n[`]) {
      const connection = await connectRaw(other);
      connection.send(text);
      await until(() => connection.isClosed(), 'the end of the connection');
      expect(connection.received()).toMatch(/^HTTP\/1\.1 408 /);
      expect(connection.received()).toContain('"code":"request_timeout"');
    }
  });
});

describe('a body that is slow', () => {
  test('is 408 after its grace, and holds no room any more', async () => {
    const other = await startServer({
      bodyPace: { graceMs: 50, bytesPerSecondMin: 1_000_000 },
      bodyRoomBytes: 4_000,
      routes: [defineRoute(postAlerts, async () => SUMMARY)],
    });
    const key = other.keyring.add('admin');
    const connection = await connectRaw(other);
    connection.send(
      `POST /v1/alerts HTTP/1.1\r\nHost: x\r\nAuthorization: ${key}\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n${'a'.repeat(900)}`,
    );
    await until(() => connection.received().includes('request_timeout'), 'the answer');
    expect(connection.received()).toMatch(/^HTTP\/1\.1 408 /);
    expect(connection.received().toLowerCase()).toContain('connection: close');
    const whole = await createCaller(other.url, key).post('/v1/alerts', 'a'.repeat(1_000));
    expect(whole.status).toBe(202);
    connection.socket.destroy();
  });
});

describe('a caller who asks too often', () => {
  test('is answered late, so that asking again at once gets no further', async () => {
    const other = await startServer({
      rateLimitPerSecond: 1,
      routes: [defineRoute(postAlerts, async () => SUMMARY)],
    });
    const { post } = createCaller(other.url, other.keyring.add('admin'));
    await post('/v1/alerts', '[]');
    const startedAt = performance.now();
    let answered = 0;
    while (answered < 4) if ((await post('/v1/alerts', '[]')).status === 429) answered += 1;
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(4 * 240);
  });
});

describe('a key of which a large body was refused', () => {
  test('is heard at once with small ones, and waits with its next large one', async () => {
    const other = await startServer({
      routes: [
        defineRoute(postAlerts, async (request) => {
          plain(request);
          return SUMMARY;
        }),
      ],
    });
    const { ask } = createCaller(other.url, other.keyring.add('admin'));
    const post = (body: Buffer | string, headers = {}) =>
      ask('/v1/alerts', {
        method: 'POST',
        body: body as string,
        headers: { 'content-type': 'application/json', ...headers },
      });
    const bomb = () => post(gzipSync(Buffer.alloc(9_000_000, ' ')), { 'content-encoding': 'gzip' });
    const refusals = await Promise.all(Array.from({ length: 8 }, bomb));
    expect(new Set(refusals.map(({ status }) => status))).toEqual(new Set([413]));
    let small = 0;
    const large = bomb();
    const answered = large.then(() => true);
    while (!(await Promise.race([answered, Promise.resolve(false)]))) {
      expect((await post('[{}]')).status).toBe(202);
      small += 1;
    }
    expect((await large).status).toBe(413);
    expect(small).toBeGreaterThan(0);
  });
});

describe('a large body that is refused', () => {
  test('is thrown away in turns: others are heard after each 256 KiB of it', async () => {
    const other = await startServer({ routes: [defineRoute(postAlerts, async () => SUMMARY)] });
    const admin = other.keyring.add('admin');
    let read = () => 0;
    const notice = (message: unknown) => {
      const { socket } = message as { socket: Socket };
      read = () => socket.bytesRead;
    };
    subscribe('net.server.socket', notice);
    for (const [key, type, status] of [
      ['Bearer nobody', 'application/json', 401],
      [admin, 'text/plain', 415],
      [admin, 'application/json', 202],
    ] as const) {
      const connection = await connectRaw(other);
      let [last, most] = [0, 0];
      const look = () => {
        most = Math.max(most, read() - last);
        last = read();
        if (last < 9_000_000) setImmediate(look);
      };
      connection.send(
        `POST /v1/alerts HTTP/1.1\r\nHost: x\r\nAuthorization: ${key}\r\nContent-Type: ${type}\r\nContent-Length: 9000000\r\n\r\n`,
      );
      connection.send(Buffer.alloc(9_000_000, ' '));
      look();
      await until(() => last >= 9_000_000, 'all of it');
      await until(() => connection.received().includes('HTTP/1.1'), 'the answer');
      expect(connection.received()).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
      expect(most).toBeLessThanOrEqual(256 * 1024);
      // Refused before all of it had come: the next request would have waited behind the rest.
      expect(/^connection: close/im.test(connection.received())).toBe(status !== 202);
      if (status !== 202) await until(() => connection.isClosed(), 'the end of the connection');
      connection.socket.destroy();
    }
    unsubscribe('net.server.socket', notice);
  });
});

describe('a body that nobody asked for', () => {
  test.each(['GET /v1/alerts', 'GET /nowhere', 'DELETE /v1/alerts', 'OPTIONS /v1/alerts', 'GET /healthz'])(
    'ends the connection after the answer: %s',
    async (start) => {
      const connection = await connectRaw(server);
      connection.send(
        `${start} HTTP/1.1\r\nHost: x\r\nAuthorization: ${admin}\r\nContent-Length: 300000\r\n\r\n`,
      );
      await until(() => connection.received().includes('HTTP/1.1'), 'the answer');
      connection.send(Buffer.alloc(300_000, ' '));
      await until(() => connection.isClosed(), 'the end of the connection');
      expect(connection.received()).toMatch(/^connection: close/im);
      expect(connection.received().match(/^HTTP/gm)).toHaveLength(1);
    },
  );
});

describe('a body in ten thousand pieces', () => {
  test('and more is 400 where they hold next to nothing, and the connection ends', async () => {
    const other = await startServer({ routes: [defineRoute(postAlerts, async () => SUMMARY)] });
    const key = other.keyring.add('admin');
    const head = `POST /v1/alerts HTTP/1.1\r\nHost: x\r\nAuthorization: ${key}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`;
    const inPieces = async (count: number, end = '') => {
      const connection = await connectRaw(other);
      connection.send(`${head}${'1\r\n \r\n'.repeat(count)}${end}`);
      await until(() => connection.received().includes('HTTP/1.1'), 'the answer');
      return connection;
    };
    const refused = await inPieces(10_001);
    expect(refused.received()).toMatch(/^HTTP\/1\.1 400 /);
    expect(refused.received()).toContain('pieces of fewer than 16 bytes');
    await until(() => refused.isClosed(), 'the end of the connection');
    const taken = await inPieces(10_000, '0\r\n\r\n');
    expect(taken.received()).toMatch(/^HTTP\/1\.1 202 /);
    taken.socket.destroy();
  });

  test('takes the memory of its bytes', () => {
    const store = createByteStore(10_000);
    let held = 0;
    for (let piece = 0; piece < 10_000; piece += 1) {
      held += store.needFor(1);
      store.add(Buffer.from([piece % 256]));
    }
    expect(held).toBe(10_000);
    expect(store.bytes()).toEqual(Buffer.from(Array.from({ length: 10_000 }, (_, index) => index % 256)));
  });
});

describe('many large bodies at once', () => {
  test('are refused with 503 beyond what memory is kept for, and taken again once others are answered', async () => {
    const gate = Promise.withResolvers<void>();
    let isHeld = false;
    const other = await startServer({
      bodyRoomBytes: 4_000,
      routes: [
        defineRoute(postAlerts, async () => {
          isHeld = true;
          await gate.promise;
          return SUMMARY;
        }),
      ],
    });
    const { ask } = createCaller(other.url, other.keyring.add('admin'));
    const send = (length: number) =>
      ask('/v1/alerts', {
        method: 'POST',
        body: 'a'.repeat(length),
        headers: { 'content-type': 'application/json' },
      });
    const first = send(900);
    await until(() => isHeld, 'the first in its handler');
    const refused = await send(200);
    expect(problemOf(refused).code).toBe('overloaded');
    expect(refused.header('retry-after')).toBe('1');
    gate.resolve();
    expect((await first).status).toBe(202);
    for (let index = 0; index < 5; index += 1) expect((await send(900)).status).toBe(202);
  });

  test('are read to their end one by one: of two for whom there is not room, the second is refused before it is read', async () => {
    const other = await startServer({
      bodyRoomBytes: 36_000,
      routes: [defineRoute(postAlerts, async () => SUMMARY)],
    });
    const start = `POST /v1/alerts HTTP/1.1\r\nHost: x\r\nAuthorization: ${other.keyring.add('admin')}\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n`;
    const [first, second] = [await connectRaw(other), await connectRaw(other)];
    first.send(`${start}a`);
    await until(() => other.keyring.reads.length === 1, 'the first');
    second.send(`${start}a`);
    await until(() => second.received().includes('HTTP/1.1'), 'the answer to the second');
    expect(second.received()).toMatch(/^HTTP\/1\.1 503 /);
    first.send('a'.repeat(4_999));
    await until(() => first.received().includes('HTTP/1.1'), 'the answer to the first');
    expect(first.received()).toMatch(/^HTTP\/1\.1 202 /);
  });

  test('of callers who went away are forgotten', async () => {
    const other = await startServer({
      bodyRoomBytes: 4_000,
      routes: [defineRoute(postAlerts, async () => SUMMARY)],
    });
    const key = other.keyring.add('admin');
    for (let index = 0; index < 5; index += 1) {
      const connection = await connectRaw(other);
      connection.send(
        `POST /v1/alerts HTTP/1.1\r\nHost: x\r\nAuthorization: ${key}\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n${'a'.repeat(800)}`,
      );
      await until(() => other.keyring.reads.length === index + 1, 'arrival');
      connection.socket.destroy();
      const aborted = () => other.lines.filter(({ status }) => status === 'aborted').length;
      await until(() => aborted() === index + 1, 'the end of the request');
    }
    const { ask } = createCaller(other.url, key);
    const answer = await ask('/v1/alerts', {
      method: 'POST',
      body: 'a'.repeat(1_000),
      headers: { 'content-type': 'application/json' },
    });
    expect(answer.status).toBe(202);
  });

  test('a caller who goes away while its key is looked up does not leave its request standing', async () => {
    const lookup = Promise.withResolvers<void>();
    let isAsked = false;
    const failures: unknown[] = [];
    const other = await startServer({
      routes: [defineRoute(postAlerts, async () => SUMMARY)],
      authenticate: async () => {
        isAsked = true;
        await lookup.promise;
        return { keyId: 'k', keyName: 'k', scopes: ['admin'] };
      },
      mapError: (error) => {
        failures.push(error);
        return null;
      },
      extend: (app) => {
        app.use((error: unknown, _request: unknown, _response: unknown, next: (error: unknown) => void) => {
          failures.push(error);
          next(error);
        });
      },
    });
    const connection = await connectRaw(other);
    connection.send(
      'POST /v1/alerts HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\nabc',
    );
    await until(() => isAsked, 'the lookup');
    connection.socket.destroy();
    await until(() => other.lines.some(({ status }) => status === 'aborted'), 'the end of the request');
    lookup.resolve();
    await until(() => failures.length === 1, 'the end of the handler');
    expect(failures[0]).toMatchObject({ code: 'malformed_body' });
  });
});
