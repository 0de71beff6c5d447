import net from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { ResolveAll } from '@tocsin/egress';
import { openHarness, type ResendHarness } from './harness.ts';
import { onEachRequest, startTcpReceiver, startTlsReceiver } from './receivers.ts';

let harness: ResendHarness;
beforeEach(() => {
  harness = openHarness();
});
afterEach(() => harness.close());

/** Sends to a receiver that does this once it has the request. */
async function whenReceived(fault: (socket: net.Socket) => void) {
  const receiver = harness.use(
    await startTcpReceiver((socket) => onEachRequest(socket, () => fault(socket))),
  );
  return harness.send(receiver.url);
}

describe('before there is an answer', () => {
  test('a closed port is connection_refused, with the address that was tried', async () => {
    const receiver = await startTcpReceiver(() => {});
    await receiver.close();
    const result = await harness.send(receiver.url);
    expect(result).toMatchObject({
      statusCode: null,
      responseBody: null,
      address: `127.0.0.1:${receiver.port}`,
    });
    expect(result.error).toEqual({
      code: 'connection_refused',
      message: `the connection to 127.0.0.1:${receiver.port} was refused (ECONNREFUSED)`,
    });
  });

  test('a reset is connection_reset', async () => {
    const result = await whenReceived((socket) => socket.resetAndDestroy());
    expect(result).toMatchObject({ statusCode: null, error: { code: 'connection_reset' } });
    expect(result.address).toMatch(/^127\.0\.0\.1:\d+$/);
  });

  test('a closed connection is connection_reset', async () => {
    expect((await whenReceived((socket) => socket.end())).error?.code).toBe('connection_reset');
  });

  test('a connection closed before the request is read is connection_reset, and is not tried again', async () => {
    const receiver = harness.use(await startTcpReceiver((socket) => socket.destroy()));
    const result = await harness.send(receiver.url, { body: 'a'.repeat(1_000_000) });
    expect(result.error?.code).toBe('connection_reset');
    expect(receiver.connectionCount()).toBe(1);
  });

  test('a name that does not exist is dns', async () => {
    const lookup: ResolveAll = (hostname, _, callback) =>
      callback(Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND', hostname }), []);
    const lost = openHarness({ lookup });
    const { error, address } = await lost.send('http://nowhere.test/?token=canary');
    expect(error).toEqual({
      code: 'dns',
      message: 'the host name nowhere.test could not be resolved (ENOTFOUND)',
    });
    expect(address).toBeNull();
    await lost.close();
  });

  test('an address without a route is unreachable', async () => {
    const unreachable = Object.assign(new Error('connect EHOSTUNREACH'), {
      code: 'EHOSTUNREACH',
      address: '192.0.2.1',
      port: 80,
    });
    harness.agents.http.createConnection = (_options, callback) => {
      process.nextTick(() => callback?.(unreachable, new net.Socket()));
      return undefined;
    };
    const { error, address } = await harness.send('http://192.0.2.1/');
    expect(error?.code).toBe('unreachable');
    expect(address).toBe('192.0.2.1:80');
  });
});

describe('an answer that is not HTTP', () => {
  test.each([
    ['garbage', '\u0000\u0001\u0002 SSH-2.0-OpenSSH_9.6\r\n'],
    ['another protocol’s greeting', '220 mail.example ESMTP\r\n'],
    ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab'],
    ['1 MiB in one header', `HTTP/1.1 200 OK\r\nX: ${'a'.repeat(1024 * 1024)}\r\n\r\n`],
    ['1 MiB in many headers', `HTTP/1.1 200 OK\r\n${'X-Key: value\r\n'.repeat(80_000)}\r\n`],
    [
      '101 with Upgrade',
      'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
    ],
    ['101 without Upgrade', 'HTTP/1.1 101 Switching Protocols\r\n\r\n'],
  ])('(%s) is protocol', async (_, text) => {
    expect((await whenReceived((socket) => socket.write(text))).error?.code).toBe('protocol');
  });

  test('101 keeps its status and ends at once', async () => {
    const text = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\nmore';
    const result = await whenReceived((socket) => socket.write(text));
    expect(result).toMatchObject({ statusCode: 101, error: { code: 'protocol' } });
  });
});

describe('a 2xx whose body', () => {
  test.each([
    ['with a length', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf'],
    ['in chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n'],
  ])('%s breaks off is connection_reset, and what came is kept', async (_, text) => {
    for (const end of ['end', 'resetAndDestroy'] as const) {
      const result = await whenReceived((socket) =>
        socket.write(text, () => setImmediate(() => socket[end]())),
      );
      expect(result).toMatchObject({ statusCode: 200, error: { code: 'connection_reset' } });
      expect(['half', '']).toContain(result.responseBody);
    }
  });

  test.each(['HTTP/1.1 200 OK\r\n\r\nhalf', 'HTTP/1.0 200 OK\r\nConnection: close\r\n\r\nhalf'])(
    'that is to end with its connection is reset instead is connection_reset (%j)',
    async (text) => {
      const result = await whenReceived((socket) =>
        socket.write(text, () => setImmediate(() => socket.resetAndDestroy())),
      );
      expect(result).toMatchObject({ statusCode: 200, error: { code: 'connection_reset' } });
      expect(['half', '']).toContain(result.responseBody);
    },
  );

  test('turns into garbage is protocol', async () => {
    const text = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\nzzz\r\n';
    expect(await whenReceived((socket) => socket.write(text))).toMatchObject({
      statusCode: 200,
      error: { code: 'protocol' },
    });
  });
});

describe('another status whose body breaks off', () => {
  test('is http_status, and what came is kept', async () => {
    const text = 'HTTP/1.1 503 Busy\r\nRetry-After: 7\r\nContent-Length: 100\r\n\r\nhalf';
    const result = await whenReceived((socket) => socket.end(text));
    expect(result).toMatchObject({
      statusCode: 503,
      responseBody: 'half',
      retryAfterMs: 7_000,
      error: { code: 'http_status', message: 'the receiver answered 503 Service Unavailable' },
    });
  });
});

describe('TLS', () => {
  test('with a certificate nobody vouches for is tls, and the request is not sent', async () => {
    let bytes = 0;
    const receiver = harness.use(
      await startTlsReceiver((socket) =>
        socket.on('data', (chunk) => {
          bytes += chunk.length;
        }),
      ),
    );
    const { error } = await harness.send(receiver.url);
    expect(error).toEqual({ code: 'tls', message: expect.stringContaining('DEPTH_ZERO_SELF_SIGNED_CERT') });
    expect(bytes).toBe(0);
  });

  test.each([
    ['plain HTTP', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
    ['garbage', 'garbage garbage garbage'],
    ['a fatal alert', '\u0015\u0003\u0003\u0000\u0002\u0002\u0028'],
  ])('that meets %s is tls', async (_, text) => {
    const receiver = harness.use(
      await startTcpReceiver((socket) => {
        socket.once('data', () => socket.write(Buffer.from(text, 'latin1')));
      }, 'https'),
    );
    expect((await harness.send(receiver.url)).error?.code).toBe('tls');
  });

  test('that is closed in its handshake is connection_reset', async () => {
    const receiver = harness.use(
      await startTcpReceiver((socket) => socket.once('data', () => socket.end()), 'https'),
    );
    expect((await harness.send(receiver.url)).error?.code).toBe('connection_reset');
  });
});

test('no message shows a query, a header or a secret', async () => {
  const headers = [{ name: 'X-Key', value: 'canary' }];
  const receiver = harness.use(await startTcpReceiver((socket) => socket.destroy()));
  const results = [
    await harness.send(`${receiver.url}?token=canary`, { headers, body: '"canary"' }),
    await harness.send('http://canary:canary@127.0.0.1:1/?canary', { headers }),
    await harness.send('https://127.0.0.1:1/canary', { headers }),
  ];
  expect(results.every(({ error }) => error !== null)).toBe(true);
  expect(JSON.stringify([results, harness.faults])).not.toContain('canary');
});
