import type { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { AttemptResult } from '@tocsin/contract';
import { createReceiver, waitFor } from '@tocsin/testkit';
import { AttemptAborted } from '../src/index.ts';
import { openHarness, type ResendHarness } from './harness.ts';
import { onEachRequest, startTcpReceiver } from './receivers.ts';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

let harness: ResendHarness;
beforeEach(() => {
  harness = openHarness();
});
afterEach(() => harness.close());

describe('connections', () => {
  test.each([100, 300_000])('are kept: 50 POSTs of %i bytes one after the other need one', async (bytes) => {
    const receiver = harness.use(await createReceiver());
    for (let n = 0; n < 50; n++) {
      const { error, timings } = await harness.send(receiver.url, { body: 'a'.repeat(bytes) });
      expect(error).toBeNull();
      expect(timings.connectMs === null).toBe(n > 0);
    }
    expect(receiver.connectionCount()).toBe(1);
    expect(receiver.requests).toHaveLength(50);
  });

  test('are kept after answers other than 2xx too', async () => {
    const receiver = harness.use(await createReceiver({ script: { status: 500, body: 'no' } }));
    for (let n = 0; n < 5; n++) await harness.send(receiver.url);
    expect(receiver.connectionCount()).toBe(1);
  });

  test('keep no listener of the requests they served', async () => {
    const receiver = harness.use(await createReceiver());
    const listeners: number[] = [];
    for (let n = 0; n < 5; n++) {
      await harness.send(receiver.url);
      const [socket] = Object.values(harness.agents.http.freeSockets).flat();
      listeners.push(socket?.eventNames().reduce((sum, name) => sum + socket.listenerCount(name), 0) ?? -1);
    }
    expect(new Set(listeners.slice(1)).size).toBe(1);
    const [socket] = Object.values(harness.agents.http.freeSockets).flat();
    expect(socket?.listenerCount('connectionAttempt')).toBe(0);
  });

  test('are closed where the answer came before the receiver had read the request', async () => {
    const receiver = harness.use(
      await startTcpReceiver((socket) => {
        socket.once('data', () => {
          socket.pause();
          socket.write('HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno');
        });
      }),
    );
    const result = await harness.send(receiver.url, { body: Buffer.alloc(15_000_000) });
    expect(result).toMatchObject({ statusCode: 413, responseBody: 'no', error: { code: 'http_status' } });
    await waitFor(() => harness.socketsInUse() === 0, { describe: 'the connection to be closed' });
    expect(harness.idleSockets()).toBe(0);
    // A paused socket sees its end only when it is read.
    await receiver.close();
  });

  test('survive any mixture of faults without one left open', async () => {
    const receiver = harness.use(
      await startTcpReceiver((socket) =>
        onEachRequest(socket, (_, text) => {
          const fault = Number(/webhook-id: (\d)/.exec(text)?.[1]);
          if (fault === 0) socket.write(OK);
          if (fault === 1) socket.resetAndDestroy();
          if (fault === 2) socket.end();
          if (fault === 3) socket.write('garbage');
          if (fault === 4) socket.write('HTTP/1.1 101 X\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n');
          if (fault === 5) socket.write(`HTTP/1.1 200 OK\r\n\r\n${'a'.repeat(100_000)}`);
          if (fault === 6) socket.end('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf');
          // 7: nothing at all
        }),
      ),
    );
    const expected = [
      null,
      'connection_reset',
      'connection_reset',
      'protocol',
      'protocol',
      null,
      'connection_reset',
      'timeout',
    ];
    const results = await Promise.all(
      Array.from({ length: 80 }, (_, n) =>
        harness.send(receiver.url, { webhookId: String(n % 8), ...(n % 8 === 7 ? { timeoutMs: 500 } : {}) }),
      ),
    );
    results.forEach(({ error }, n) => {
      expect(error?.code ?? null).toBe(expected[n % 8]);
    });
  });
});

describe('a reused connection that turns out closed', () => {
  /** More than the kernel's buffers take: some of it has not left yet when the receiver resets. */
  const LARGE = Buffer.alloc(15_000_000, 'a');

  /** Answers the first request of the first connections, and resets once their second one begins to arrive. */
  async function startResetting(staleConnections: number, onOther: (socket: Socket) => void) {
    const seen: string[] = [];
    const receiver = harness.use(
      await startTcpReceiver((socket, count) => {
        if (count > staleConnections) {
          let bytes = 0;
          return void socket.on('data', (chunk) => {
            const isWhole = bytes <= LARGE.length && bytes + chunk.length > LARGE.length;
            bytes += chunk.length;
            if (!isWhole) return;
            seen.push(`${count}.1`);
            onOther(socket);
          });
        }
        onEachRequest(socket, () => {
          seen.push(`${count}.1`);
          socket.write(OK);
          socket.removeAllListeners('data').once('data', () => socket.resetAndDestroy());
        });
      }),
    );
    return Object.assign(receiver, { seen });
  }

  test('is the same attempt where the request had not left whole: it is repeated at once, and says so', async () => {
    const receiver = await startResetting(1, (socket) => socket.write(OK));
    expect((await harness.send(receiver.url)).repeated).toBe(false);
    const result = await harness.send(receiver.url, { body: LARGE });
    expect(result).toMatchObject({ error: null, statusCode: 200, repeated: true });
    expect(result.timings.connectMs).not.toBeNull();
    expect(receiver.seen).toEqual(['1.1', '2.1']);
  });

  test('is repeated for once: what the new one does is the result', async () => {
    const receiver = await startResetting(1, (socket) => socket.resetAndDestroy());
    await harness.send(receiver.url);
    expect(await harness.send(receiver.url, { body: LARGE })).toMatchObject({
      error: { code: 'connection_reset' },
      repeated: true,
    });
    expect(receiver.connectionCount()).toBe(2);
  });

  test('is not replaced by another idle one, which may be closed as well', async () => {
    const receiver = await startResetting(5, (socket) => socket.write(OK));
    await Promise.all(Array.from({ length: 5 }, () => harness.send(receiver.url)));
    await waitFor(() => harness.idleSockets() === 5, { describe: 'five idle connections' });
    expect((await harness.send(receiver.url, { body: LARGE })).error).toBeNull();
    expect(receiver.connectionCount()).toBe(6);
  });

  test('leaves idle connections to other receivers alone', async () => {
    const other = harness.use(await createReceiver());
    await harness.send(other.url);
    const receiver = await startResetting(1, (socket) => socket.write(OK));
    await harness.send(receiver.url);
    expect((await harness.send(receiver.url, { body: LARGE })).repeated).toBe(true);
    await harness.send(other.url);
    expect(other.connectionCount()).toBe(1);
  });

  test('shares its deadline with the repetition', async () => {
    let result: AttemptResult;
    do {
      const receiver = await startResetting(1, () => {});
      await harness.send(receiver.url);
      result = await harness.send(receiver.url, { timeoutMs: 3_000, body: LARGE });
      // On a busy machine the deadline may come before the reset: then there is nothing to see.
    } while (!result.repeated);
    expect(result.error?.code).toBe('timeout');
  });

  test('can be given up while it is repeated', async () => {
    const lost = new AbortController();
    const receiver = await startResetting(1, () => lost.abort());
    await harness.send(receiver.url);
    await expect(harness.send(receiver.url, { body: LARGE, signal: lost.signal })).rejects.toThrow(
      AttemptAborted,
    );
  });

  test.each(['resetAndDestroy', 'end'] as const)(
    'is not repeated where the receiver may have read the request: 11 attempts are 11 POSTs (%s)',
    async (close) => {
      let posts = 0;
      const receiver = harness.use(
        await startTcpReceiver((socket) =>
          onEachRequest(socket, (request) => {
            posts++;
            // Each connection answers once, so that the next attempt reuses it, and then reads and goes.
            if (request === 1) socket.write('HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n');
            else socket[close]();
          }),
        ),
      );
      const codes: unknown[] = [];
      for (let n = 0; n < 11; n++) {
        const { error, repeated } = await harness.send(receiver.url);
        codes.push(error?.code);
        expect(repeated).toBe(false);
      }
      expect(posts).toBe(11);
      expect(codes).toContain('connection_reset');
    },
  );

  test.each(['destroy', 'resetAndDestroy'] as const)(
    'is not used where its close has come in before the POST, though nobody has looked (%s)',
    async (close) => {
      const sockets: Socket[] = [];
      const receiver = harness.use(
        await startTcpReceiver((socket) => {
          sockets.push(socket);
          onEachRequest(socket, () => socket.write(OK));
        }),
      );
      for (let n = 0; n < 50; n++) {
        // Closed and sent in one turn of the event loop, which has not asked the kernel in between.
        sockets.at(-1)?.[close]();
        expect((await harness.send(receiver.url)).error).toBeNull();
      }
      expect(receiver.connectionCount()).toBe(50);
    },
  );

  test('is not repeated where an answer had begun', async () => {
    let requests = 0;
    const receiver = harness.use(
      await startTcpReceiver((socket) =>
        onEachRequest(socket, (request) => {
          requests++;
          if (request === 1) socket.write(OK);
          else socket.end('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf');
        }),
      ),
    );
    await harness.send(receiver.url);
    expect(await harness.send(receiver.url)).toMatchObject({
      statusCode: 200,
      error: { code: 'connection_reset' },
    });
    expect(requests).toBe(2);
  });

  test('is the only thing that is repeated: garbage on a reused connection is not', async () => {
    let requests = 0;
    const receiver = harness.use(
      await startTcpReceiver((socket) =>
        onEachRequest(socket, (request) => {
          requests++;
          socket.write(request === 1 ? OK : 'garbage');
        }),
      ),
    );
    await harness.send(receiver.url);
    expect((await harness.send(receiver.url)).error?.code).toBe('protocol');
    expect(requests).toBe(2);
  });
});
