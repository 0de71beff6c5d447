import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { type Child, findFreePort, startChild } from '@tocsin/testkit';
import { Redis } from 'ioredis';

const START_MS_MAX = 60_000;

/** A Redis of one case, which can be killed and started again at the same address. */
export interface RedisServer {
  url: string;
  pid(): number;
  /** Asks it something, on a connection of its own. */
  ask<T>(question: (client: Redis) => Promise<T>): Promise<T>;
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** @param options.isEmpty - without the data that it had */
  start(options?: { isEmpty?: boolean }): Promise<void>;
  close(): Promise<void>;
}

/** Started as in docker-compose.yml, with an append-only file. */
export async function startRedisServer(more: readonly string[] = []): Promise<RedisServer> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'tocsin-case-redis-'));
  const port = await findFreePort();
  let child: Child | null = null;

  async function start({ isEmpty = false }: { isEmpty?: boolean } = {}): Promise<void> {
    if (isEmpty) await rm(path.join(folder, 'appendonlydir'), { recursive: true, force: true });
    child = await startChild({
      command: 'redis-server',
      args: [
        ...['--port', `${port}`, '--bind', '127.0.0.1', '--dir', folder, '--save', ''],
        ...['--appendonly', 'yes', '--appendfsync', 'everysec', '--maxmemory-policy', 'noeviction', ...more],
      ],
      env: { PATH: process.env.PATH },
      folder,
    });
    await child.waitForOutput(/Ready to accept connections/, START_MS_MAX);
  }

  const kill = async (signal: NodeJS.Signals = 'SIGKILL') => void (await child?.kill(signal));
  const url = `redis://127.0.0.1:${port}`;
  await start().catch(async (error: unknown) => {
    await rm(folder, { recursive: true, force: true });
    throw error;
  });
  return {
    url,
    pid: () => child?.pid ?? 0,
    async ask(question) {
      const client = new Redis(url, { maxRetriesPerRequest: 1, commandTimeout: 30_000 });
      client.on('error', () => {});
      try {
        return await question(client);
      } finally {
        client.disconnect();
      }
    },
    kill,
    start,
    async close() {
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
