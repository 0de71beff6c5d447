import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { ResolveAll } from '@tocsin/egress';
import { createReceiver, waitFor } from '@tocsin/testkit';
import { CERTIFICATE } from './certificate.ts';
import { openHarness, type ResendHarness, SECRET } from './harness.ts';
import { onEachRequest, startTcpReceiver, startTlsReceiver } from './receivers.ts';

const KEPT = 16 * 1024;

let harness: ResendHarness;
beforeEach(() => {
  harness = openHarness();
});
afterEach(() => harness.close());

/** Sends to a receiver that answers with this text, and leaves the connection open. */
async function answered(text: string | Buffer) {
  const receiver = harness.use(
    await startTcpReceiver((socket) => onEachRequest(socket, () => socket.write(text))),
  );
  return harness.send(receiver.url);
}

describe('an answer that echoes what was sent', () => {
  const HEADERS = [
    { name: 'X-Api-Key', value: 'first/canary' },
    { name: 'Authorization', value: 'Bearer second-canary' },
  ];

  test('is recorded without header values and signing secrets', async () => {
    const receiver = harness.use(
      await createReceiver({
        script: ({ headers }) => ({
          status: 400,
          headers: { 'content-type': `text/plain; key=${headers['x-api-key']}` },
          body: `${JSON.stringify(headers)} ${SECRET}`,
        }),
      }),
    );
    const result = await harness.send(receiver.url, { headers: HEADERS, signingSecrets: [SECRET] });
    expect(result).toMatchObject({
      responseBody: expect.stringContaining('"authorization":"********"'),
      responseContentType: 'text/plain; key=********',
    });
    expect(JSON.stringify(result)).not.toMatch(/canary|whsec_/);
    // The same list of headers after a rotation.
    const other = await harness.send(receiver.url, { headers: HEADERS, signingSecrets: [] });
    expect(other.responseBody).toContain(SECRET);
    expect(JSON.stringify(other)).not.toContain('canary');
  });

  test('is recorded without the half of a value that its 16 KiB end in', async () => {
    const filler = 'x'.repeat(KEPT - 'second'.length);
    const receiver = harness.use(await createReceiver({ script: { body: `${filler}second-canary` } }));
    const result = await harness.send(receiver.url, { headers: HEADERS });
    expect(result).toMatchObject({ responseTruncated: true, responseBody: `${filler}********` });
  });
});

describe('an answer', () => {
  test('of 2xx is a success, with everything about it', async () => {
    const receiver = harness.use(
      await createReceiver({
        script: {
          status: 201,
          headers: { 'content-type': 'application/json; charset=utf-8' },
          body: '{"ok":"é"}',
        },
      }),
    );
    expect(await harness.send(receiver.url)).toEqual({
      startedAt: expect.stringMatching(/^\d{4}-.*Z$/),
      repeated: false,
      location: null,
      durationMs: expect.any(Number),
      timings: { dnsMs: null, connectMs: expect.any(Number), tlsMs: null, firstByteMs: expect.any(Number) },
      address: `127.0.0.1:${receiver.port}`,
      statusCode: 201,
      responseBody: '{"ok":"é"}',
      responseTruncated: false,
      responseContentType: 'application/json; charset=utf-8',
      retryAfterMs: null,
      error: null,
    });
  });

  test.each([
    ['204 without a body', 'HTTP/1.1 204 No Content\r\n\r\n', ''],
    ['a length', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok', 'ok'],
    ['chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\no\r\n1\r\nk\r\n0\r\n\r\n', 'ok'],
    [
      'an early hint first',
      'HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok',
      'ok',
    ],
    ['U+0000 in it', 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\na\u0000b', 'a\u0000b'],
  ])('with %s is read to its end', async (_, text, expected) => {
    const { error, responseBody, responseTruncated } = await answered(text);
    expect({ error, responseBody, responseTruncated }).toEqual({
      error: null,
      responseBody: expected,
      responseTruncated: false,
    });
  });

  test('that ends with its connection is a success', async () => {
    const receiver = harness.use(
      await startTcpReceiver((socket) =>
        onEachRequest(socket, () => socket.end('HTTP/1.1 200 OK\r\n\r\nok')),
      ),
    );
    const { error, responseBody } = await harness.send(receiver.url);
    expect({ error, responseBody }).toEqual({ error: null, responseBody: 'ok' });
  });

  test.each([
    [300, 'http_status'],
    [404, 'http_status'],
    [410, 'http_status'],
    [500, 'http_status'],
    [599, 'http_status'],
    [999, 'http_status'],
  ])('of %i fails as %s and keeps its body', async (status, code) => {
    const result = await answered(`HTTP/1.1 ${status} Whatever\r\nContent-Length: 4\r\n\r\nbody`);
    expect(result).toMatchObject({ statusCode: status, responseBody: 'body', error: { code } });
  });

  test('is not followed to the metadata address it redirects to', async () => {
    const location = 'http://169.254.169.254/latest/meta-data/';
    for (const status of [301, 302, 303, 307, 308]) {
      const result = await answered(
        `HTTP/1.1 ${status} R\r\nLocation: ${location}\r\nContent-Length: 2\r\n\r\nno`,
      );
      expect(result).toMatchObject({
        statusCode: status,
        responseBody: 'no',
        location,
        error: { code: 'http_status' },
      });
      expect(result.address).toMatch(/^127\.0\.0\.1:/);
    }
  });

  test.each([
    [429, '120', 120_000],
    [503, '1', 1_000],
    [503, 'soon', null],
    [500, '120', null],
    [200, '120', null],
  ])('of %i with Retry-After %s asks for %p ms', async (status, value, expected) => {
    const result = await answered(
      `HTTP/1.1 ${status} X\r\nRetry-After: ${value}\r\nContent-Length: 0\r\n\r\n`,
    );
    expect(result.retryAfterMs).toBe(expected);
  });

  test('has its content type kept to 256 characters', async () => {
    const result = await answered(
      `HTTP/1.1 200 OK\r\nContent-Type: text/${'x'.repeat(5000)}\r\nContent-Length: 0\r\n\r\n`,
    );
    expect(result.responseContentType).toHaveLength(256);
  });

  test('has its Location kept masked and bounded where it redirects, and nowhere else', async () => {
    const headers = [{ name: 'X-Key', value: 'canary-1234' }];
    const at = (status: number, location: string) =>
      createReceiver({ script: { status, headers: { location } } });
    const masked = harness.use(await at(302, 'https://sso.test/?back=canary-1234'));
    expect((await harness.send(masked.url, { headers })).location).toBe('https://sso.test/?back=********');
    const long = harness.use(await at(302, `https://sso.test/${'a'.repeat(5_000)}`));
    expect((await harness.send(long.url)).location).toHaveLength(2_048);
    const created = harness.use(await at(201, '/alerts/1'));
    expect((await harness.send(created.url)).location).toBeNull();
  });

  test('in another charset is decoded by it', async () => {
    const latin = Buffer.concat([
      Buffer.from(
        'HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=iso-8859-1\r\nContent-Length: 1\r\n\r\n',
      ),
      Buffer.from([0xe9]),
    ]);
    expect((await answered(latin)).responseBody).toBe('é');
  });

  test.each([
    ['short', 'é'.repeat(1_000), 'é'.repeat(1_000), false],
    ['of 100 MB', 'a'.repeat(100_000_000), 'a'.repeat(KEPT), true],
  ])('in gzip, %s when decoded, is shown decoded and bounded', async (_, text, shown, isCut) => {
    // The best compression: what decodes to 100 MB arrives in a whole answer or is cut, and neither grows.
    const zipped = gzipSync(text, { level: 9 });
    const head = `HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: ${zipped.length}\r\n\r\n`;
    const result = await answered(Buffer.concat([Buffer.from(head), zipped]));
    expect(result).toMatchObject({ error: null, responseTruncated: isCut });
    expect(result.responseBody === shown).toBe(true);
  });

  test('in gzip is masked once it is decoded', async () => {
    const zipped = gzipSync('your key: canary-1234');
    const head = `HTTP/1.1 400 No\r\nContent-Encoding: gzip\r\nContent-Length: ${zipped.length}\r\n\r\n`;
    const receiver = harness.use(
      await startTcpReceiver((socket) =>
        onEachRequest(socket, () => socket.write(Buffer.concat([Buffer.from(head), zipped]))),
      ),
    );
    const headers = [{ name: 'X-Key', value: 'canary-1234' }];
    expect((await harness.send(receiver.url, { headers })).responseBody).toBe('your key: ********');
  });
});

describe('a long answer', () => {
  test('is cut at 16 KiB, inside of no character, and its connection is closed', async () => {
    const receiver = harness.use(await createReceiver({ script: { body: `a${'é'.repeat(KEPT)}` } }));
    const result = await harness.send(receiver.url);
    expect(result).toMatchObject({ statusCode: 200, error: null, responseTruncated: true });
    expect(result.responseBody).toBe(`a${'é'.repeat(KEPT / 2 - 1)}`);
    await waitFor(() => receiver.openConnections() === 0, { describe: 'the connection to be closed' });
  });

  test.each(['Content-Length: 16384', 'Transfer-Encoding: chunked'])(
    'of exactly 16 KiB (%s) is whole, and its connection is kept',
    async (header) => {
      const body = 'a'.repeat(KEPT);
      const framed = header.startsWith('T') ? `4000\r\n${body}\r\n0\r\n\r\n` : body;
      const result = await answered(`HTTP/1.1 200 OK\r\n${header}\r\n\r\n${framed}`);
      expect(result).toMatchObject({ responseBody: body, responseTruncated: false, error: null });
      expect(harness.idleSockets()).toBe(1);
    },
  );

  test('that hangs after its first 16 KiB is a success at once', async () => {
    const head = 'HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n';
    const result = await answered(`${head}${'a'.repeat(KEPT)}`);
    expect(result).toMatchObject({ error: null, responseTruncated: true });
  });

  test('without end is not read on: neither memory nor the receiver’s output grows', async () => {
    let written = 0;
    const block = Buffer.alloc(64 * 1024, 'a');
    const receiver = harness.use(
      await startTcpReceiver((socket) =>
        onEachRequest(socket, () => {
          socket.write('HTTP/1.1 200 OK\r\n\r\n');
          const pour = () => {
            do written += block.length;
            while (!socket.destroyed && socket.write(block));
          };
          socket.on('drain', pour);
          pour();
        }),
      ),
    );
    const before = process.memoryUsage();
    const results = await Promise.all(Array.from({ length: 20 }, () => harness.send(receiver.url)));
    expect(results.every(({ error, responseTruncated }) => error === null && responseTruncated)).toBe(true);
    await waitFor(() => receiver.openConnections() === 0, { describe: 'the connections to be closed' });
    const after = process.memoryUsage();
    // What the kernel's buffers on loopback take is most of it.
    expect(written / 20).toBeLessThan(8 * 1024 * 1024);
    expect(after.external + after.arrayBuffers - before.external - before.arrayBuffers).toBeLessThan(
      50 * 1024 * 1024,
    );
  });
});

describe('an answer over TLS', () => {
  const answer = (socket: Parameters<typeof onEachRequest>[0]) =>
    onEachRequest(socket, () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'));

  test('of a trusted receiver is a success, and its handshake is timed', async () => {
    const trusting = openHarness({ ca: CERTIFICATE });
    const receiver = trusting.use(await startTlsReceiver(answer));
    const first = await trusting.send(receiver.url);
    expect(first).toMatchObject({ error: null, statusCode: 200, address: `127.0.0.1:${receiver.port}` });
    expect(first.timings).toMatchObject({ connectMs: expect.any(Number), tlsMs: expect.any(Number) });

    const second = await trusting.send(receiver.url);
    expect(second.timings).toEqual({
      dnsMs: null,
      connectMs: null,
      tlsMs: null,
      firstByteMs: expect.any(Number),
    });
    expect(receiver.connectionCount()).toBe(1);
    await trusting.close();
  });

  test('of a name is checked against that name, and its look-up is timed', async () => {
    const lookup: ResolveAll = (_name, _options, callback) =>
      process.nextTick(() => callback(null, [{ address: '127.0.0.1', family: 4 }]));
    const trusting = openHarness({ ca: CERTIFICATE, lookup });
    const receiver = trusting.use(await startTlsReceiver(answer));
    const right = await trusting.send(`https://receiver.test:${receiver.port}/`);
    expect(right.error).toBeNull();
    expect(right.timings.dnsMs).toEqual(expect.any(Number));
    const wrong = await trusting.send(`https://other.test:${receiver.port}/`);
    expect(wrong.error).toEqual({
      code: 'tls',
      message: expect.stringContaining('ERR_TLS_CERT_ALTNAME_INVALID'),
    });
    await trusting.close();
  });
});
