import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

/**
 * A TCP port of 127.0.0.1 that was free a moment ago. Another process may take it before the caller does, so a server
 * that finds it taken is started again on another: see `withFreePort`.
 */
export async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Tries up to three free ports, since the first may be taken by someone else in between. */
export async function withFreePort<T>(start: (port: number) => Promise<T>): Promise<T> {
  const triesMax = 3;
  for (let tries = 1; ; tries += 1) {
    try {
      return await start(await findFreePort());
    } catch (error) {
      if (tries === triesMax) throw error;
    }
  }
}
