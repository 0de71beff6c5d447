import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Below the ports that systems give to outgoing connections and to servers that ask for any (from 32768 on Linux):
 * another process could take one of those while the server for it still starts, and would answer in its place.
 */
const LOWEST = 20_000;
const HIGHEST = 30_000;

const TRIES_MAX = 50;

/**
 * A TCP port of 127.0.0.1 that was free a moment ago. Another process may take it before the caller does, so a server
 * that finds it taken is started again on another: see `withFreePort`.
 *
 * @throws Error where 50 ports in a row were taken
 */
export async function findFreePort(): Promise<number> {
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const port = randomInt(LOWEST, HIGHEST);
    if (await isFree(port)) return port;
  }
  throw new Error(`No free port was found between ${LOWEST} and ${HIGHEST}`);
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
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
