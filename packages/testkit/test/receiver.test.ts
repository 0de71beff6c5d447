import { once } from 'node:events';
import http from 'node:http';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  breakOff,
  createReceiver,
  drip,
  endlessBody,
  expectNoLeaks,
  garbage,
  hang,
  hangUp,
  hugeHeaders,
  openHandles,
  type Receiver,
  redirect,
  reset,
  slow,
  switchProtocols,
} from '../src/index.ts';

let receiver: Receiver;
let before: ReturnType<typeof openHandles>;

beforeEach(async () => {
  before = openHandles();
  receiver = await createReceiver();
});
afterEach(async () => {
  await receiver.close();
  await expectNoLeaks(before);
});

interface Call {
  response: http.IncomingMessage;
  socket: import('node:net').Socket;
}

/** A POST on a connection of its own; resolves with the response's head. */
async function post(path = '/', headers: Record<string, string> = {}, body = '{}'): Promise<Call> {
  const request = http.request(receiver.url + path, { method: 'POST', agent: false, headers });
  request.end(body);
  // Once there is a response, its reader gets the errors of the connection.
  request.on('error', () => {});
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  response.on('error', () => {});
  return { response, socket: response.socket };
}

async function bodyOf({ response }: Call): Promise<string> {
  let text = '';
  for await (const chunk of response) text += chunk;
  return text;
}

describe('a receiver', () => {
  test('records a request as it was sent', async () => {
    const startedAt = Date.now();
    await bodyOf(await post('/hook?a=1', { 'X-Case': 'Kept', 'webhook-id': 'd1' }, '{"title":"\u0000é"}'));
    const [recorded] = await receiver.waitFor(1);
    expect(recorded).toMatchObject({ method: 'POST', path: '/hook?a=1' });
    expect(recorded?.headers).toMatchObject({ 'x-case': 'Kept', 'webhook-id': 'd1' });
    expect(recorded?.rawHeaders).toEqual(expect.arrayContaining(['X-Case', 'Kept']));
    expect(recorded?.body).toEqual(Buffer.from('{"title":"\u0000é"}'));
    expect(recorded?.receivedAt).toBeGreaterThanOrEqual(startedAt);
  });

  test('answers 200 with nothing at first, then by its script', async () => {
    const plain = await post();
    expect([plain.response.statusCode, await bodyOf(plain)]).toEqual([200, '']);

    receiver.respondWith({ status: 418, headers: { 'x-kind': 'teapot' }, body: { ok: false } });
    const told = await post();
    expect(told.response.statusCode).toBe(418);
    expect(told.response.headers).toMatchObject({ 'content-type': 'application/json', 'x-kind': 'teapot' });
    expect(await bodyOf(told)).toBe('{"ok":false}');
  });

  test('follows a list of answers for each delivery', async () => {
    receiver.respondWith([{ status: 503 }, { status: 200 }]);
    const statuses = [];
    for (const id of ['d1', 'd2', 'd1', 'd2']) {
      const call = await post('/', { 'webhook-id': id });
      statuses.push(call.response.statusCode);
      await bodyOf(call);
    }
    expect(statuses).toEqual([503, 503, 200, 200]);
  });

  test('asks a function, which may take its time', async () => {
    receiver.respondWith(async ({ body }) => ({ body: `got ${body}` }));
    expect(await bodyOf(await post('/', {}, 'this'))).toBe('got this');
  });

  test("answers 599 where a test's own script fails", async () => {
    receiver.respondWith(() => {
      throw new Error('no such case');
    });
    const call = await post();
    expect([call.response.statusCode, await bodyOf(call)]).toEqual([
      599,
      "The receiver's script failed: Error: no such case",
    ]);
  });

  test('waits for what has not arrived yet', async () => {
    const waiting = receiver.waitFor((requests) => requests.some(({ path }) => path === '/second'));
    await bodyOf(await post('/first'));
    await bodyOf(await post('/second'));
    expect((await waiting).map(({ path }) => path)).toEqual(['/first', '/second']);
  });

  test('says what had arrived when it waited in vain', async () => {
    await bodyOf(await post('/only'));
    await expect(receiver.waitFor(2, { timeoutMs: 20 })).rejects.toThrow(/had 1 requests.*POST \/only/);
  });

  test('does not record a request whose body breaks off', async () => {
    const client = connect(receiver.port, '127.0.0.1');
    client.write('POST /cut HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nonly this');
    await delay(20);
    client.destroy();
    await bodyOf(await post('/whole'));
    expect(receiver.requests.map(({ path }) => path)).toEqual(['/whole']);
  });

  test('counts connections, and can be had again on the same port', async () => {
    await bodyOf(await post());
    await bodyOf(await post());
    expect(receiver.connectionCount()).toBe(2);
    const { port } = receiver;
    await receiver.close();
    receiver = await createReceiver({ port, script: { status: 202 } });
    expect((await post()).response.statusCode).toBe(202);
  });
});

describe('a fault', () => {
  test('hang: takes the request and says nothing, until the receiver is closed', async () => {
    receiver.respondWith(hang());
    const call = post().catch((error) => error.code);
    await receiver.waitFor(1);
    expect(receiver.openConnections()).toBe(1);
    await receiver.close();
    expect(await call).toBe('ECONNRESET');
    receiver = await createReceiver();
  });

  test('reset and hangUp: end the connection without an answer', async () => {
    receiver.respondWith([reset(), hangUp()]);
    await expect(post()).rejects.toMatchObject({ code: 'ECONNRESET', message: 'read ECONNRESET' });
    await expect(post()).rejects.toMatchObject({ code: 'ECONNRESET', message: 'socket hang up' });
  });

  test('slow: answers late', async () => {
    receiver.respondWith(slow(60, { status: 201, body: 'late' }));
    const startedAt = performance.now();
    const call = await post();
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(55);
    expect([call.response.statusCode, await bodyOf(call)]).toEqual([201, 'late']);
  });

  test('drip: sends byte after byte without an end', async () => {
    receiver.respondWith(drip({ everyMs: 5 }));
    const { response, socket } = await post();
    let bytes = 0;
    response.on('data', (chunk) => {
      bytes += chunk.length;
      if (bytes > 5) socket.destroy();
    });
    await new Promise((resolve) => response.once('close', resolve));
    expect(bytes).toBeGreaterThan(5);
    expect(bytes).toBeLessThan(50);
  });

  test('endlessBody: pours for as long as someone reads', async () => {
    receiver.respondWith(endlessBody());
    const { response, socket } = await post();
    let bytes = 0;
    response.on('data', (chunk) => {
      bytes += chunk.length;
      if (bytes > 20_000_000) socket.destroy();
    });
    await new Promise((resolve) => response.once('close', resolve));
    expect(bytes).toBeGreaterThan(20_000_000);
  });

  test('breakOff: ends in the middle of the body', async () => {
    receiver.respondWith(breakOff({ body: 'half of it' }));
    await expect(post().then(bodyOf)).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  test('switchProtocols: answers 101 unasked', async () => {
    receiver.respondWith(switchProtocols());
    const request = http.request(receiver.url, { method: 'POST', agent: false }).end('{}');
    const [response, socket] = await once(request, 'upgrade');
    expect([response.statusCode, response.headers.upgrade]).toEqual([101, 'websocket']);
    socket.destroy();
  });

  test('garbage: answers something that is not HTTP', async () => {
    receiver.respondWith(garbage());
    await expect(post()).rejects.toMatchObject({ code: expect.stringMatching(/^HPE_/) });
  });

  test('hugeHeaders: answers more headers than a client takes', async () => {
    receiver.respondWith(hugeHeaders());
    await expect(post()).rejects.toMatchObject({ code: 'HPE_HEADER_OVERFLOW' });
  });

  test('redirect: sends the caller elsewhere', async () => {
    receiver.respondWith(redirect('http://169.254.169.254/latest/meta-data', 307));
    const { response } = await post();
    expect([response.statusCode, response.headers.location]).toEqual([
      307,
      'http://169.254.169.254/latest/meta-data',
    ]);
  });
});
