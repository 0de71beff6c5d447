import net, { type AddressInfo, type Server, type Socket } from 'node:net';
import tls from 'node:tls';
import type { Receiver } from '@tocsin/testkit';
import { CERTIFICATE, PRIVATE_KEY } from './certificate.ts';

type RawReceiver = Pick<Receiver, 'url' | 'port' | 'connectionCount' | 'openConnections' | 'close'>;

/** A raw TCP server on loopback, for what no HTTP server does; closed and counted like the testkit's receiver. */
export async function startTcpReceiver(
  onConnection: (socket: Socket, count: number) => void,
  scheme = 'http',
  host = '127.0.0.1',
  port = 0,
): Promise<RawReceiver> {
  let count = 0;
  return listen(
    net.createServer((socket) => onConnection(socket, ++count)),
    scheme,
    host,
    port,
  );
}

/** A raw server behind TLS with the self-signed certificate of `certificate.ts`. */
export async function startTlsReceiver(onConnection: (socket: Socket) => void): Promise<RawReceiver> {
  return listen(tls.createServer({ cert: CERTIFICATE, key: PRIVATE_KEY }, onConnection), 'https');
}

/** Calls back for each whole request that comes in on a raw connection. */
export function onEachRequest(socket: Socket, listener: (count: number, text: string) => void): void {
  let pending = '';
  let count = 0;
  /** Characters of the request that is coming: a large one is not searched again with each of its chunks. */
  let expected = 0;
  socket.setEncoding('latin1');
  socket.on('data', (chunk: string) => {
    pending += chunk;
    while (pending.length >= expected) {
      const headEnd = pending.indexOf('\r\n\r\n');
      if (headEnd === -1) return;
      const length = Number(/content-length: (\d+)/i.exec(pending)?.[1] ?? 0);
      expected = headEnd + 4 + length;
      if (pending.length < expected) return;
      const text = pending.slice(0, expected);
      pending = pending.slice(expected);
      expected = 0;
      listener(++count, text);
    }
  });
}

async function listen(
  server: Server,
  scheme: string,
  host = '127.0.0.1',
  freePort = 0,
): Promise<RawReceiver> {
  const open = new Set<Socket>();
  let connections = 0;
  server.on('connection', (socket: Socket) => {
    connections++;
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    // What these tests do to connections is seen here as resets.
    socket.on('error', () => {});
  });
  server.on('tlsClientError', () => {});
  await new Promise<void>((resolve) => server.listen(freePort, host, resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `${scheme}://${host}:${port}/hook`,
    connectionCount: () => connections,
    openConnections: () => open.size,
    async close() {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
