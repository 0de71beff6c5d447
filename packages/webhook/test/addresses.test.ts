import { isIP } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { CERTIFICATE } from './certificate.ts';
import { openHarness, type ResendHarness } from './harness.ts';
import { onEachRequest, startTcpReceiver, startTlsReceiver } from './receivers.ts';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

let harness: ResendHarness;
let addresses: string[];
beforeEach(() => {
  harness = openHarness({
    ca: CERTIFICATE,
    lookup: (_name, _options, callback) =>
      callback(
        null,
        addresses.map((address) => ({ address, family: isIP(address) })),
      ),
  });
});
afterEach(() => harness.close());

describe('a name with several addresses', () => {
  test.each([
    ['refuses', ['127.0.0.2', '127.0.0.1']],
    ['is of the other family', ['::1', '127.0.0.1']],
    ['cannot be reached', ['192.0.2.1', '127.0.0.1']],
    ['is one of many', ['127.0.0.2', '127.0.0.3', '127.0.0.4', '192.0.2.1', '192.0.2.2', '127.0.0.1']],
  ])('is delivered though its first %s', async (_, given) => {
    addresses = given;
    const receiver = harness.use(
      await startTcpReceiver((socket) => onEachRequest(socket, () => socket.write(OK))),
    );
    const result = await harness.send(`http://receiver.test:${receiver.port}/`);
    expect(result).toMatchObject({ error: null, address: `127.0.0.1:${receiver.port}` });
    expect(result.timings).toMatchObject({ dnsMs: expect.any(Number), connectMs: expect.any(Number) });
    expect(receiver.connectionCount()).toBe(1);
  });

  test('is delivered over TLS though the handshake fails at its first', async () => {
    const receiver = harness.use(
      await startTlsReceiver((socket) => onEachRequest(socket, () => socket.write(OK))),
    );
    // The same port at another address: something that speaks no TLS.
    const other = harness.use(
      await startTcpReceiver((socket) => socket.resume().end('no'), 'http', '127.0.0.2', receiver.port),
    );
    addresses = ['127.0.0.2', '127.0.0.1'];
    const result = await harness.send(`https://receiver.test:${receiver.port}/`);
    expect(result).toMatchObject({ error: null, address: `127.0.0.1:${receiver.port}` });
    expect(other.connectionCount()).toBe(1);
  });

  test('fails with what says most where none can be reached', async () => {
    const closed = await startTcpReceiver(() => {});
    await closed.close();
    addresses = ['192.0.2.1', '127.0.0.1'];
    const { error } = await harness.send(`http://receiver.test:${closed.port}/`, { timeoutMs: 3_000 });
    expect(['connection_refused', 'timeout']).toContain(error?.code);
  });

  test('is refused where one of them is forbidden, and nothing is opened', async () => {
    const receiver = harness.use(await startTcpReceiver(() => {}));
    addresses = ['127.0.0.1', '10.0.0.1'];
    const { error } = await harness.send(`http://receiver.test:${receiver.port}/`);
    expect(error?.code).toBe('blocked_address');
    expect(receiver.connectionCount()).toBe(0);
  });
});
