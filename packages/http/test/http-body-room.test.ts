import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from '@jest/globals';
import { postAlerts } from '@tocsin/contract';
import { createByteStore } from '../src/body/request-body.ts';
import { defineRoute } from '../src/index.ts';
import { createCaller, problemOf } from './fixtures/caller.ts';
import { plain, SUMMARY } from './fixtures/limited-server.ts';
import { closeServers, connectRaw, startServer, until } from './fixtures/server.ts';

afterAll(closeServers);

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

  test('of callers who hung up are given back', async () => {
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
