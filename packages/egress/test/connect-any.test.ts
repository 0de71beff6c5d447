import net, { type AddressInfo, type Server } from 'node:net';
import { expect, test } from '@jest/globals';
import { connectAny } from '../src/connect-any.ts';

test('over real sockets leaves none of its own listeners but the one for errors', async () => {
  const server: Server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const { socket } = await connectAny({
    addresses: ['::1', '127.0.0.1'].map((address) => ({ address, family: net.isIP(address) })),
    isSecure: false,
    signal: new AbortController().signal,
    connect: (host) => net.connect({ host, port }),
    listener: { trying: () => undefined, connected: () => undefined },
  });
  expect([socket.listenerCount('connect'), socket.listenerCount('close')]).toEqual([0, 0]);
  socket.destroy();
  await new Promise((resolve) => server.close(resolve));
});
