import { isIP, Socket } from 'node:net';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { type ConnectAnyOptions, connectAny } from './connect-any.ts';

afterEach(() => {
  jest.useRealTimers();
});

/** Sockets that do what the test says: `up`, `down`, or nothing, for each address. */
function createNetwork() {
  const sockets = new Map<string, Socket>();
  const tried: string[] = [];
  const connected: string[] = [];
  return {
    tried,
    connected,
    socket: (ip: string) => sockets.get(ip) as Socket,
    up: (ip: string) => sockets.get(ip)?.emit('connect'),
    secure: (ip: string) => sockets.get(ip)?.emit('secureConnect'),
    down: (ip: string, code = 'ECONNREFUSED') =>
      sockets.get(ip)?.destroy(Object.assign(new Error(code), { code })),
    stillOpen: () => [...sockets].filter(([, socket]) => !socket.destroyed).map(([ip]) => ip),
    run(ips: readonly string[], options: Partial<ConnectAnyOptions> = {}) {
      return connectAny({
        addresses: ips.map((address) => ({ address, family: isIP(address) })),
        isSecure: false,
        signal: new AbortController().signal,
        connect: (ip) => {
          const socket = new Socket();
          sockets.set(ip, socket);
          return socket;
        },
        listener: { trying: (ip) => tried.push(ip), connected: (ip) => connected.push(ip) },
        ...options,
      });
    },
  };
}

const turn = () => new Promise((resolve) => process.nextTick(() => process.nextTick(resolve)));

describe('connecting to any of several addresses', () => {
  test('tries the next beside one that takes its time, and takes whichever is first', async () => {
    jest.useFakeTimers({ doNotFake: ['nextTick'] });
    const network = createNetwork();
    const done = network.run(['10.0.0.1', '10.0.0.2']);
    expect(network.tried).toEqual(['10.0.0.1']);
    jest.advanceTimersByTime(249);
    expect(network.tried).toHaveLength(1);
    jest.advanceTimersByTime(1);
    expect(network.tried).toEqual(['10.0.0.1', '10.0.0.2']);
    // Long after the next address began: Node's own algorithm would have ended this attempt.
    jest.advanceTimersByTime(5_000);
    expect(network.stillOpen()).toEqual(['10.0.0.1', '10.0.0.2']);
    network.up('10.0.0.1');
    expect(await done).toEqual({ socket: network.socket('10.0.0.1'), ip: '10.0.0.1' });
    expect(network.stillOpen()).toEqual(['10.0.0.1']);
    expect(jest.getTimerCount()).toBe(0);
  });

  test('tries the next at once where one fails, and keeps the error of none but all', async () => {
    jest.useFakeTimers({ doNotFake: ['nextTick'] });
    const network = createNetwork();
    const done = network.run(['10.0.0.1', '10.0.0.2']);
    network.down('10.0.0.1');
    await turn();
    expect(network.tried).toEqual(['10.0.0.1', '10.0.0.2']);
    network.down('10.0.0.2', 'EHOSTUNREACH');
    await expect(done).rejects.toMatchObject({
      errors: [{ code: 'ECONNREFUSED' }, { code: 'EHOSTUNREACH' }],
    });
  });

  test('fails with the very error of an only address', async () => {
    const network = createNetwork();
    const done = network.run(['10.0.0.1']);
    network.down('10.0.0.1');
    await expect(done).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  test('takes both families in turn, and starts all of sixteen within half a second', async () => {
    jest.useFakeTimers({ doNotFake: ['nextTick'] });
    const network = createNetwork();
    const v4 = Array.from({ length: 20 }, (_, n) => `10.0.0.${n}`);
    const done = network.run([...v4, 'fd00::1', 'fd00::2']).catch(() => 'failed');
    jest.advanceTimersByTime(500);
    expect(network.tried.slice(0, 5)).toEqual(['10.0.0.0', 'fd00::1', '10.0.0.1', 'fd00::2', '10.0.0.2']);
    expect(network.tried).toHaveLength(16);
    for (const ip of network.tried) network.down(ip);
    expect(await done).toBe('failed');
  });

  test('for TLS is done when the handshake is, and goes on to the next where that fails', async () => {
    jest.useFakeTimers({ doNotFake: ['nextTick'] });
    const network = createNetwork();
    const done = network.run(['10.0.0.1', '10.0.0.2'], { isSecure: true });
    network.up('10.0.0.1');
    jest.advanceTimersByTime(1_999);
    expect(network.tried).toEqual(['10.0.0.1']);
    network.down('10.0.0.1', 'CERT_HAS_EXPIRED');
    await turn();
    network.up('10.0.0.2');
    network.secure('10.0.0.2');
    expect(await done).toMatchObject({ ip: '10.0.0.2' });
    expect(network.connected).toEqual(['10.0.0.1', '10.0.0.2']);
  });

  test.each([0, 300])('given up after %i ms, leaves no connection and no timer', async (afterMs) => {
    jest.useFakeTimers({ doNotFake: ['nextTick'] });
    const network = createNetwork();
    const abort = new AbortController();
    const done = network.run(['10.0.0.1', '10.0.0.2', '10.0.0.3'], { signal: abort.signal });
    jest.advanceTimersByTime(afterMs);
    abort.abort(new Error('enough'));
    await expect(done).rejects.toThrow('enough');
    expect(network.stillOpen()).toEqual([]);
    expect(jest.getTimerCount()).toBe(0);
  });
});
