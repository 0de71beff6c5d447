import { randomBytes } from 'node:crypto';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { LIMITS } from '@tocsin/contract';
import { problemOf } from './fixtures/caller.ts';
import { useLimitedServer } from './fixtures/limited-server.ts';

const scene = useLimitedServer();
const { seen, send } = scene;

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
    expect(problemOf(await scene.caller.ask('/v1/alerts', { method: 'POST' })).status).toBe(415);
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
      fetch(`${scene.server.url}/v1/alerts`, {
        method: 'POST',
        headers: { authorization: scene.admin, 'content-type': 'application/json' },
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
      expect(problemOf(await scene.caller.post(path, largest)).code).toBe('invalid_request');
      expect(problemOf(await scene.caller.post(path, `${largest} `)).code).toBe('request_too_large');
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
