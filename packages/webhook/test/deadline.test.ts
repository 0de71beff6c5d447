import type { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { waitFor } from '@tocsin/testkit';
import { AttemptAborted } from '../src/index.ts';
import { openHarness, type ResendHarness } from './harness.ts';
import { onEachRequest, startTcpReceiver } from './receivers.ts';

const TIMEOUT_MS = 700;

let harness: ResendHarness;
beforeEach(() => {
  harness = openHarness();
});
afterEach(() => harness.close());

/** Writes again and again, as fast as the receiver's other end reads or once per interval. */
function repeat(socket: Socket, text: string, intervalMs: number): void {
  const timer = setInterval(() => socket.write(text), intervalMs);
  socket.on('close', () => clearInterval(timer));
}

function flood(socket: Socket, text: string): void {
  const pour = () => {
    while (!socket.destroyed && socket.write(text));
  };
  socket.on('drain', pour);
  pour();
}

const dripLetters = (socket: Socket) => {
  socket.write('HTTP/1.1 200 OK\r\n');
  repeat(socket, 'X-A: b\r\n', 20);
};

describe('the deadline', () => {
  test.each<[string, number | null, string, (socket: Socket) => void]>([
    ['silence', null, 'an answer', () => {}],
    ['dripped headers', null, 'an answer', dripLetters],
    ['a status line of single bytes', null, 'an answer', (socket) => repeat(socket, 'H', 5_000)],
    ['a drip of 1xx', null, 'an answer', (socket) => repeat(socket, 'HTTP/1.1 103 Early Hints\r\n\r\n', 5)],
    [
      'a flood of 1xx',
      null,
      'an answer',
      (socket) => flood(socket, 'HTTP/1.1 102 Processing\r\n\r\n'.repeat(100)),
    ],
    [
      'a body that never comes',
      200,
      'the rest of the answer',
      (socket) => socket.write('HTTP/1.1 200 OK\r\n\r\n'),
    ],
    [
      'a dripped body',
      200,
      'the rest of the answer',
      (socket) => {
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 20000\r\n\r\n');
        repeat(socket, 'a', 10);
      },
    ],
  ])('ends %s', async (_, statusCode, awaited, fault) => {
    const receiver = harness.use(
      await startTcpReceiver((socket) => onEachRequest(socket, () => fault(socket))),
    );
    const result = await harness.send(receiver.url, { timeoutMs: TIMEOUT_MS });
    expect(result).toMatchObject({ statusCode, address: `127.0.0.1:${receiver.port}` });
    expect(result.error).toEqual({
      code: 'timeout',
      message: expect.stringContaining(`waited for ${awaited}`),
    });
    expectNotBefore(result.durationMs);
  });

  test('is waited for without reading a flood of 1xx, which would take the event loop for itself', async () => {
    const sockets: Socket[] = [];
    const connect = harness.agents.http.createConnection.bind(harness.agents.http);
    harness.agents.http.createConnection = (options, callback) =>
      connect(options, (error, socket) => {
        sockets.push(socket as Socket);
        callback?.(error, socket);
      });
    const text = 'HTTP/1.1 102 Processing\r\n\r\n'.repeat(100);
    const receiver = harness.use(
      await startTcpReceiver((socket) => onEachRequest(socket, () => flood(socket, text))),
    );
    const result = await harness.send(receiver.url, { timeoutMs: 2 * TIMEOUT_MS });
    expect(result.error?.code).toBe('timeout');
    expect(sockets[0]?.bytesRead).toBeLessThan(256 * 1024);
  });

  test('leaves the answer after many 1xx time to be read', async () => {
    const early = 'HTTP/1.1 102 Processing\r\n\r\n'.repeat(150);
    const receiver = harness.use(
      await startTcpReceiver((socket) =>
        onEachRequest(socket, () => {
          socket.write(`${early}HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n`, () => {
            setImmediate(() => socket.write('o', () => setImmediate(() => socket.write('k'))));
          });
        }),
      ),
    );
    expect(await harness.send(receiver.url)).toMatchObject({
      error: null,
      responseBody: 'ok',
    });
  });

  test('keeps what has come of a body', async () => {
    const text = 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf';
    const receiver = harness.use(
      await startTcpReceiver((socket) => onEachRequest(socket, () => socket.write(text))),
    );
    const result = await harness.send(receiver.url, { timeoutMs: TIMEOUT_MS });
    expect(result).toMatchObject({
      responseBody: 'half',
      responseTruncated: false,
      error: { code: 'timeout' },
    });
  });

  test('ends a hanging name resolution', async () => {
    const lookup = () => {};
    const hanging = openHarness({ lookup });
    const result = await hanging.send('http://slow.test/', { timeoutMs: TIMEOUT_MS });
    expect(result.error?.message).toContain('waited for the host name to be resolved');
    expect(result.address).toBeNull();
    expectNotBefore(result.durationMs);
    await hanging.close();
  });

  test('ends a hanging TLS handshake', async () => {
    const receiver = harness.use(await startTcpReceiver((socket) => socket.resume(), 'https'));
    const result = await harness.send(receiver.url, { timeoutMs: TIMEOUT_MS });
    expect(result.error?.message).toContain('waited for the TLS handshake');
    expect(result.timings.tlsMs).toBeNull();
    expectNotBefore(result.durationMs);
  });

  test('ends a request that the receiver does not read', async () => {
    const receiver = harness.use(await startTcpReceiver((socket) => socket.pause()));
    const body = Buffer.alloc(15_000_000);
    const result = await harness.send(receiver.url, { timeoutMs: TIMEOUT_MS, body });
    // A paused socket sees its end only when it is read.
    await receiver.close();
    expect(result.error?.code).toBe('timeout');
    expectNotBefore(result.durationMs);
  });

  test('leaves another status than 2xx what it is', async () => {
    const text = 'HTTP/1.1 500 No\r\nContent-Length: 100\r\n\r\nhalf';
    const receiver = harness.use(
      await startTcpReceiver((socket) => onEachRequest(socket, () => socket.write(text))),
    );
    const result = await harness.send(receiver.url, { timeoutMs: TIMEOUT_MS });
    expect(result).toMatchObject({ statusCode: 500, responseBody: 'half', error: { code: 'http_status' } });
  });

  function expectNotBefore(durationMs: number): void {
    // Not before it; and not without it, since none of these receivers ever ends by itself.
    expect(durationMs).toBeGreaterThanOrEqual(TIMEOUT_MS - 5);
  }
});

describe('giving an attempt up', () => {
  test('is told apart from every result, and closes the connection', async () => {
    const receiver = harness.use(
      await startTcpReceiver((socket) => onEachRequest(socket, () => lost.abort('lock lost'))),
    );
    const lost = new AbortController();
    const attempt = harness.send(receiver.url, { signal: lost.signal });
    await expect(attempt).rejects.toThrow(AttemptAborted);
    await expect(attempt).rejects.toMatchObject({ code: 'attempt_aborted', cause: 'lock lost' });
    await waitFor(() => receiver.openConnections() === 0, { describe: 'the connection to be closed' });
  });

  test('before it began opens no connection', async () => {
    const receiver = harness.use(await startTcpReceiver(() => {}));
    const attempt = harness.send(receiver.url, { signal: AbortSignal.abort() });
    await expect(attempt).rejects.toThrow(AttemptAborted);
    expect(receiver.connectionCount()).toBe(0);
  });

  test('in the middle of a body is no failure of the receiver’s', async () => {
    const lost = new AbortController();
    const receiver = harness.use(
      await startTcpReceiver((socket) =>
        onEachRequest(socket, () => {
          socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf', () =>
            setImmediate(() => lost.abort()),
          );
        }),
      ),
    );
    await expect(harness.send(receiver.url, { signal: lost.signal })).rejects.toThrow(AttemptAborted);
  });

  test('afterwards changes nothing, and leaves no listener behind', async () => {
    const lost = new AbortController();
    let listeners = 0;
    const { signal } = lost;
    const counted = new Proxy(signal, {
      get(target, key) {
        if (key === 'addEventListener') listeners++;
        if (key === 'removeEventListener') listeners--;
        const value = Reflect.get(target, key);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    const receiver = harness.use(
      await startTcpReceiver((socket) =>
        onEachRequest(socket, () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')),
      ),
    );
    expect((await harness.send(receiver.url, { signal: counted })).error).toBeNull();
    expect(listeners).toBe(0);
    lost.abort();
    expect(harness.idleSockets()).toBe(1);
  });

  test('is what close does to all that is under way, and to all that comes', async () => {
    const receiver = harness.use(await startTcpReceiver((socket) => onEachRequest(socket, () => {})));
    const sender = harness.createSender();
    const request = {
      url: receiver.url,
      headers: [],
      body: '{}',
      webhookId: 'id',
      signingSecrets: [],
      timeoutMs: 60_000,
    };
    const attempts = [sender.send(request), sender.send(request)];
    await waitFor(() => receiver.connectionCount() === 2, { describe: 'both requests to be under way' });
    sender.close();
    for (const attempt of [...attempts, sender.send(request)])
      await expect(attempt).rejects.toThrow(AttemptAborted);
  });
});
