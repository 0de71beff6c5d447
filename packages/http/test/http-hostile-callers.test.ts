import { describe, expect, test } from '@jest/globals';
import { LIMITS, postAlerts, problemSchema } from '@tocsin/contract';
import { defineRoute } from '../src/index.ts';
import { createCaller } from './fixtures/caller.ts';
import { SUMMARY, useLimitedServer } from './fixtures/limited-server.ts';
import { connectRaw, startServer, until } from './fixtures/server.ts';

const scene = useLimitedServer();
const { seen, send } = scene;

describe('a caller who does not play by the rules', () => {
  const head = (length: string, key = scene.admin) =>
    `POST /v1/alerts HTTP/1.1\r\nHost: x\r\nAuthorization: ${key}\r\nContent-Type: application/json\r\n${length}\r\n\r\n`;

  test('is refused by the announced length, before the body comes', async () => {
    const connection = await connectRaw(scene.server);
    connection.send(head(`Content-Length: ${LIMITS.ingestBytesMax + 1}`));
    await until(() => connection.received().includes('request_too_large'), 'the answer');
    expect(connection.received()).toMatch(/^HTTP\/1\.1 413 /);
    connection.socket.destroy();
  });

  test('is refused while an endless body is still coming, and cut off soon after', async () => {
    const connection = await connectRaw(scene.server);
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
    const connection = await connectRaw(scene.server);
    connection.send(head('Content-Length: 1000', 'Bearer nobody'));
    await until(() => connection.received().includes('unauthorized'), 'the answer');
    expect(connection.received()).toMatch(/^HTTP\/1\.1 401 /);
    connection.socket.destroy();
  });

  test('that goes away in the middle of a body harms nobody', async () => {
    const connection = await connectRaw(scene.server);
    const before = scene.server.lines.length;
    connection.send(`${head('Content-Length: 1000')}{"a":`);
    await until(
      async () => (await scene.server.metrics.registry.metrics()).includes('in_flight{service="test"} 1'),
      'arrival',
    );
    connection.socket.destroy();
    await until(
      () => scene.server.lines.slice(before).some(({ status }) => status === 'aborted'),
      'the log line',
    );
    expect((await send(Buffer.from('{}'))).status).toBe(202);
  });

  test('may send requests one behind the other', async () => {
    const connection = await connectRaw(scene.server);
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
    const connection = await connectRaw(scene.server);
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
    ['400', 'malformed_request', 'GET http://[::1/healthz HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['400', 'malformed_request', 'GET a:// HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['405', 'method_not_allowed', 'CONNECT 127.0.0.1:22 HTTP/1.1\r\nHost: x\r\n\r\n'],
  ])('is %s as a problem document: %s', async (status, code, text) => {
    const connection = await connectRaw(scene.server);
    connection.send(text);
    await until(() => connection.isClosed(), 'the end of the connection');
    const [head = '', body = ''] = connection.received().split('\r\n\r\n');
    expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(head).toContain('content-type: application/problem+json');
    expect(problemSchema.strict().parse(JSON.parse(body))).toMatchObject({ status: Number(status), code });
  });

  test('is no expectation: one that nobody knows is passed over', async () => {
    const connection = await connectRaw(scene.server);
    connection.send('GET /healthz HTTP/1.1\r\nHost: x\r\nExpect: wonders\r\nConnection: close\r\n\r\n');
    await until(() => connection.isClosed(), 'the end of the connection');
    expect(connection.received()).toMatch(/^HTTP\/1\.1 200 /);
  });

  test('is answered before its body is sent, where a caller asks first; a caller with a key gets 100', async () => {
    const ask = (authorization: string) =>
      `POST /v1/alerts HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\nExpect: 100-continue\r\n` +
      'Content-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n';
    const stranger = await connectRaw(scene.server);
    stranger.send(ask('Bearer tcs_no_such'));
    await until(() => stranger.received().includes('unauthorized'), 'the refusal');
    expect(stranger.received()).toMatch(/^HTTP\/1\.1 401 /);
    stranger.socket.destroy();
    const connection = await connectRaw(scene.server);
    connection.send(ask(scene.admin));
    await until(() => connection.received().includes('100 Continue'), 'the 100 Continue');
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

describe('a body that nobody asked for', () => {
  test.each(['GET /v1/alerts', 'GET /nowhere', 'DELETE /v1/alerts', 'OPTIONS /v1/alerts', 'GET /healthz'])(
    'ends the connection after the answer: %s',
    async (start) => {
      const connection = await connectRaw(scene.server);
      connection.send(
        `${start} HTTP/1.1\r\nHost: x\r\nAuthorization: ${scene.admin}\r\nContent-Length: 300000\r\n\r\n`,
      );
      await until(() => connection.received().includes('HTTP/1.1'), 'the answer');
      connection.send(Buffer.alloc(300_000, ' '));
      await until(() => connection.isClosed(), 'the end of the connection');
      expect(connection.received()).toMatch(/^connection: close/im);
      expect(connection.received().match(/^HTTP/gm)).toHaveLength(1);
    },
  );
});
