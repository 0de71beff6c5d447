import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterEach, expect, test } from '@jest/globals';
import { type ListenOptions, listen } from '../src/index.ts';
import { connectRaw, type RawConnection, until } from './fixtures/server.ts';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;
const opened: { close(): unknown }[] = [];

async function serve(handler: Handler, options: Partial<ListenOptions>) {
  const server = await listen(handler, { port: 0, host: '127.0.0.1', closeTimeoutMs: 100, ...options });
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
/** More than the buffers of any system's sockets take. */
const LARGE = Buffer.alloc(32 * 1024 * 1024, 'x');

test('a new connection takes the place of the one that has been idle for the longest', async () => {
  const server = await serve(answer, { connectionsMax: 2 });
  const [first, second] = [await connect(server), await connect(server)];
  for (const connection of [second, first]) {
    connection.send(GET);
    await until(() => connection.received().endsWith('ok'), 'the answer');
  }
  const third = await connect(server);
  third.send(GET);
  await until(() => third.received().endsWith('ok'), 'the answer');
  await until(() => second.isClosed(), 'the end of the idle one');
  expect(first.isClosed()).toBe(false);
});

const answersNow = async (connection: RawConnection) => {
  connection.send(GET);
  await until(() => connection.received().endsWith('ok') || connection.isClosed(), 'an answer, or the end');
  return !connection.isClosed();
};

test('where many come while all connections are open, room is made for some of them, and for others later', async () => {
  const flooded = await serve(answer, { connectionsMax: 2, roomMade: { max: 1, spanMs: 600_000 } });
  const [first, second] = [await connect(flooded), await connect(flooded)];
  expect(await answersNow(await connect(flooded))).toBe(true);
  await until(() => first.isClosed(), 'the end of the idle one');
  expect(await answersNow(await connect(flooded))).toBe(false);
  expect(await answersNow(second)).toBe(true);
  const calm = await serve(answer, { connectionsMax: 2, roomMade: { max: 1, spanMs: 1 } });
  await Promise.all([connect(calm), connect(calm)]);
  for (let n = 0; n < 3; n += 1) {
    let isAnswered = false;
    while (!isAnswered) isAnswered = await answersNow(await connect(calm));
  }
});

test('where all connections are busy, a new one is ended and the others are answered', async () => {
  const held: ServerResponse[] = [];
  const server = await serve((_, response) => held.push(response), { connectionsMax: 2 });
  const busy = [await connect(server), await connect(server)];
  for (const connection of busy) connection.send(GET);
  await until(() => held.length === 2, 'both requests');
  const third = await connect(server);
  third.send(GET);
  await until(() => third.isClosed(), 'the end of the new one');
  expect(third.received()).toBe('');
  for (const response of held) response.end('ok');
  await until(() => busy.every((connection) => connection.received().endsWith('ok')), 'both answers');
});

test('a connection with more requests under way than it may have is ended, without doing them', async () => {
  let done = 0;
  const server = await serve(
    () => {
      done += 1;
    },
    { pipelinedMax: 3 },
  );
  const connection = await connect(server);
  connection.send(GET.repeat(100));
  await until(() => connection.isClosed(), 'the end of the connection');
  expect(done).toBe(3);
});

test('requests one after the other on a connection are as many as a caller likes', async () => {
  const server = await serve(answer, { pipelinedMax: 1 });
  const connection = await connect(server);
  for (let n = 1; n <= 5; n += 1) {
    connection.send(GET);
    await until(() => connection.received().split('HTTP/1.1 200').length - 1 === n, 'the answer');
  }
});

test('an answer that is not read in its time is ended, one that is being made is not', async () => {
  const responses: ServerResponse[] = [];
  const server = await serve(
    (request, response) => {
      responses.push(response);
      if (request.url === '/') response.end(LARGE);
    },
    { answerTimeoutMs: 1 },
  );
  const [unread, working] = [await connect(server), await connect(server)];
  unread.socket.pause();
  working.send('GET /later HTTP/1.1\r\nHost: x\r\n\r\n');
  await until(() => responses.length === 1, 'the first request');
  unread.send(GET);
  await until(() => responses[1]?.destroyed === true, 'the end of what is not read');
  expect(responses[1]?.writableFinished).toBe(false);
  responses[0]?.end('ok');
  await until(() => working.received().endsWith('ok'), 'the answer that took its time');
});

test('of unread answers that are too large together, the one that has waited for the longest is ended', async () => {
  const responses: ServerResponse[] = [];
  const server = await serve(
    (_, response) => {
      responses.push(response);
      response.end(LARGE);
    },
    { unreadBytesMax: 1.5 * LARGE.length },
  );
  const ask = async () => {
    const connection = await connect(server);
    connection.socket.pause();
    connection.send(GET);
  };
  await ask();
  await until(() => responses.length === 1, 'the first request');
  await ask();
  await until(() => responses[0]?.destroyed === true, 'the end of the first answer');
  expect(responses[1]?.destroyed).toBe(false);
});
