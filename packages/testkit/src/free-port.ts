import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Below the ports that systems give to outgoing connections and to servers that ask for any (from 32768 on Linux):
 * another process could take one of those while the server for it still starts, and would answer in its place.
 */
const RANGE = { lowest: 20_000, highest: 30_000 };

const TRIES_MAX = 50;

/**
 * A TCP port of 127.0.0.1 that is free, and that nobody else is given by this function until this process ends: a server
 * that starts later must not find another test's server in its place, and be taken for it. What does not ask here may
 * still take it; a server that finds it taken is started again on another: see `withFreePort`.
 *
 * @param range what it is chosen from; `highest` is the first one after it
 * @throws Error where 50 ports in a row were taken
 */
export async function findFreePort({ lowest, highest } = RANGE): Promise<number> {
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const port = randomInt(lowest, highest);
    if (await reserve(port)) return port;
  }
  throw new Error(`No free port was found between ${lowest} and ${highest}`);
}

/**
 * Holds the UDP port of the same number, which is of no use to anybody here, as the mark that the TCP port is given away.
 * The system takes it back when the process ends, however it ends.
 */
async function reserve(port: number): Promise<boolean> {
  const mark = createSocket('udp4');
  mark.bind(port, '127.0.0.1');
  try {
    await once(mark, 'listening');
  } catch {
    return false;
  }
  mark.unref();
  if (await isFree(port)) return true;
  mark.close();
  return false;
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
