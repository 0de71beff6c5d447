import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createFaultProxy, expectNoLeaks, type FaultProxy, openHandles } from '../src/index.ts';

let before: ReturnType<typeof openHandles>;
let echo: Server;
let proxy: FaultProxy;
const clients: Socket[] = [];

beforeEach(async () => {
  before = openHandles();
  echo = createServer((socket) => socket.on('error', () => {}).pipe(socket)).listen(0, '127.0.0.1');
  await once(echo, 'listening');
  const { port } = echo.address() as AddressInfo;
  proxy = await createFaultProxy({ target: `redis://user:pass@127.0.0.1:${port}/2` });
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await proxy.close();
  echo.close();
  await expectNoLeaks(before);
});

/** A connection through the proxy, with what came back over it and how it ended. */
async function call(): Promise<{ socket: Socket; heard: () => string; ended: Promise<string> }> {
  const socket = connect(proxy.port, '127.0.0.1').setEncoding('utf8');
  clients.push(socket);
  let text = '';
  socket.on('data', (part) => {
    text += part;
  });
  const ended = new Promise<string>((resolve) => {
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(`${error.code}`));
    socket.on('close', () => resolve('closed'));
  });
  await once(socket, 'connect');
  return { socket, heard: () => text, ended };
}

async function ask(caller: Awaited<ReturnType<typeof call>>, text: string): Promise<string> {
  caller.socket.write(text);
  await once(caller.socket, 'data');
  return caller.heard();
}

describe('a fault proxy', () => {
  test("is the target's address with another port", () => {
    expect(proxy.url).toBe(`redis://user:pass@127.0.0.1:${proxy.port}/2`);
  });

  test('carries what is sent, both ways', async () => {
    expect(await ask(await call(), 'hello')).toBe('hello');
  });

  test('refuse: ends the connections there are, refuses new ones, and accepts them again on the same port', async () => {
    const earlier = await call();
    await ask(earlier, 'hello');
    await proxy.refuse();
    expect(await earlier.ended).toBe('ECONNRESET');
    await expect(call()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await proxy.pass();
    expect(await ask(await call(), 'again')).toBe('again');
  });

  test('strand: held connections are silent for ever, also once it passes again, and new ones pass', async () => {
    const earlier = await call();
    await ask(earlier, 'hello');
    await proxy.strand();
    earlier.socket.write('nobody reads this');
    expect(await ask(await call(), 'again')).toBe('again');
    await proxy.pass();
    expect(await ask(await call(), 'still')).toBe('still');
    expect(earlier.heard()).toBe('hello');
  });

  test('leadTo: connections end, and new ones lead to the other server', async () => {
    const other = createServer((socket) => socket.on('error', () => {}).end('other')).listen(0, '127.0.0.1');
    await once(other, 'listening');
    const earlier = await call();
    await ask(earlier, 'hello');
    proxy.leadTo(`redis://127.0.0.1:${(other.address() as AddressInfo).port}`);
    expect(await earlier.ended).toBe('ECONNRESET');
    const later = await call();
    await later.ended;
    expect(later.heard()).toBe('other');
    other.close();
  });

  test('reset: resets the connections there are and every new one', async () => {
    const earlier = await call();
    await ask(earlier, 'hello');
    await proxy.reset();
    expect(await earlier.ended).toBe('ECONNRESET');
    // The reset may arrive before the client has noticed that it is connected.
    const later = call().then(({ ended }) => ended);
    expect(await later.catch((error) => error.code)).toBe('ECONNRESET');
  });

  test('hang: keeps everyone connected and silent, and carries on where it stopped', async () => {
    const earlier = await call();
    await ask(earlier, 'one');
    await proxy.hang();
    const later = await call();
    earlier.socket.write('-two');
    later.socket.write('three');
    // The way to the target and back takes well under a millisecond; another connection shows that it's open.
    const { port } = echo.address() as AddressInfo;
    const direct = connect(port, '127.0.0.1');
    clients.push(direct);
    direct.write('x');
    await once(direct, 'data');
    expect([earlier.heard(), later.heard()]).toEqual(['one', '']);

    const answers = Promise.all([once(earlier.socket, 'data'), once(later.socket, 'data')]);
    await proxy.pass();
    await answers;
    expect([earlier.heard(), later.heard()]).toEqual(['one-two', 'three']);
  });
});
