import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterEach, describe, expect, test } from '@jest/globals';
import { type ListenOptions, listen, PortTakenError } from '../src/index.ts';
import { connectRaw, type RawConnection, until } from './fixtures/server.ts';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;
const opened: { close(): unknown }[] = [];

async function serve(handler: Handler, options: Partial<ListenOptions> = {}) {
  const server = await listen(handler, { port: 0, host: '127.0.0.1', ...options });
  opened.push(server);
  return server;
}
async function connect(server: { port: number }): Promise<RawConnection> {
  const connection = await connectRaw(server);
  opened.push({ close: () => connection.socket.destroy() });
  return connection;
}
afterEach(async () => {
  for (const resource of opened.splice(0).reverse()) await resource.close();
});

const GET = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';
const answer: Handler = (_, response) => response.end('ok');

describe('listening', () => {
  test('says where, also where it listens on every interface', async () => {
    const one = await serve(answer);
    expect(await (await fetch(one.url)).text()).toBe('ok');
    const every = await serve(answer, { host: '0.0.0.0' });
    expect(every.url).toBe(`http://127.0.0.1:${every.port}`);
    expect(await (await fetch(every.url)).text()).toBe('ok');
  });

  test('a taken port is an error with a code that names it', async () => {
    const { port } = await serve(answer);
    const refusal = listen(answer, { port, host: '127.0.0.1' });
    await expect(refusal).rejects.toBeInstanceOf(PortTakenError);
    await expect(refusal).rejects.toMatchObject({
      code: 'port_taken',
      message: expect.stringContaining(`${port}`),
    });
  });
});

describe('slow callers', () => {
  test('who do not finish their headers are cut off', async () => {
    const server = await serve(answer, { headersTimeoutMs: 200 });
    const connection = await connect(server);
    connection.send('GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ');
    await until(() => connection.isClosed(), 'the end of the connection');
    expect(connection.received()).toMatch(/^HTTP\/1\.1 408 /);
  });

  test('who do not finish their body are cut off', async () => {
    const server = await serve((request) => request.resume(), {
      headersTimeoutMs: 200,
      requestTimeoutMs: 400,
    });
    const connection = await connect(server);
    connection.send('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nabc');
    await until(() => connection.isClosed(), 'the end of the connection');
  });

  test('with more headers than 16 KiB are refused', async () => {
    const connection = await connect(await serve(answer));
    connection.send(`GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${'a'.repeat(17_000)}\r\n\r\n`);
    await until(() => connection.isClosed(), 'the end of the connection');
    expect(connection.received()).toMatch(/^HTTP\/1\.1 431 /);
  });
});

describe('closing', () => {
  test('ends idle connections at once, those that never said anything included', async () => {
    const server = await serve(answer);
    const [used, silent] = [await connect(server), await connect(server)];
    used.send(GET);
    await until(() => used.received().includes('ok'), 'the answer');
    await server.close();
    await until(() => used.isClosed() && silent.isClosed(), 'the end of both');
    await expect(fetch(server.url)).rejects.toThrow();
  });

  test('lets a running request finish, on a connection that is then closed', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    let requests = 0;
    const server = await serve(async (_, response) => {
      requests += 1;
      await promise;
      response.end('finished');
    });
    const connection = await connect(server);
    connection.send(GET);
    await until(() => requests === 1, 'the request');
    let isClosed = false;
    const closing = server.close().then(() => {
      isClosed = true;
    });
    await new Promise((settled) => setImmediate(settled));
    expect(isClosed).toBe(false);
    resolve();
    await closing;
    await until(() => connection.isClosed(), 'the end of the connection');
    expect(connection.received()).toMatch(/connection: close/i);
    expect(connection.received()).toMatch(/finished/);
  });

  test('waits for an answer whose headers are out, and then ends its connection', async () => {
    let running: ServerResponse | undefined;
    const server = await serve((_, response) => {
      running = response;
      response.writeHead(200).write('first ');
    });
    const connection = await connect(server);
    connection.send(GET);
    await until(() => connection.received().includes('first'), 'the first part');
    const closing = server.close();
    running?.end('last');
    await closing;
    await until(() => connection.isClosed(), 'the end of the connection');
    expect(connection.received()).toContain('last');
  });

  test('leaves no server, socket or timer', async () => {
    const held = () =>
      process
        .getActiveResourcesInfo()
        .filter((kind) => /^(TCP|Timeout|Immediate)/.test(kind))
        .sort();
    const before = held();
    const server = await serve(answer);
    const connection = await connect(server);
    connection.send(GET);
    await until(() => connection.received().includes('ok'), 'the answer');
    expect(held().length).toBeGreaterThan(before.length);
    await server.close();
    connection.socket.destroy();
    await until(() => held().length <= before.length, 'the end of everything');
  });

  test('does not wait longer than it may', async () => {
    let isAsked = false;
    const server = await serve(
      () => {
        isAsked = true;
      },
      { closeTimeoutMs: 100 },
    );
    const connection = await connect(server);
    connection.send(GET);
    await until(() => isAsked, 'the request');
    await Promise.all([server.close(), server.close()]);
    await until(() => connection.isClosed(), 'the end of the connection');
  });
});
