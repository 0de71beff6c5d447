import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from '@jest/globals';
import { findFreePort, testWhen } from '@tocsin/testkit';

/** A Redis of one's own, for what must not be done to the shared one. It keeps nothing on disk. */
export interface OwnRedis {
  port: number;
  url: string;
  stop(): Promise<void>;
}

/** `describe`, or its skipping twin where no `redis-server` is on the PATH, as when tests run on a container's Redis. */
export const describeOnOwnRedis = testWhen(
  describe,
  spawnSync('redis-server', ['--version']).status === 0,
  'tests of the queues that reconfigure, fill and restart a Redis need redis-server on the PATH',
);

/** What a Redis in cluster mode adds to its port for the one on which nodes speak to each other. */
const BUS_PORT_OFFSET = 10_000;

/** A free port for a Redis in cluster mode: the one for its nodes is free as well. Both are below those that systems give away. */
export async function findClusterPort(): Promise<number> {
  for (;;) {
    const port = await findFreePort({ lowest: 12_000, highest: 20_000 });
    const bus = port + BUS_PORT_OFFSET;
    if (await findFreePort({ lowest: bus, highest: bus + 1 }).catch(() => null)) return port;
  }
}

/** Starts `redis-server` on a free port, or on the one given, and waits until it answers. */
export async function startOwnRedis(options: { port?: number; args?: string[] } = {}): Promise<OwnRedis> {
  const port = options.port ?? (await findFreePort());
  const folder = await mkdtemp(join(tmpdir(), 'tocsin-redis-'));
  const fixed = [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--save',
    '',
    '--appendonly',
    'no',
    '--dir',
    folder,
  ];
  const server = spawn('redis-server', [...fixed, ...(options.args ?? [])], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.once('close', (code) => reject(new Error(`redis-server ended with ${code}:\n${printed}`)));
    server.stdout.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
      if (text.includes('Ready to accept connections')) resolve();
    });
  });
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    async stop() {
      server.kill('SIGKILL');
      if (server.exitCode === null && server.signalCode === null) await once(server, 'exit');
      await rm(folder, { recursive: true, force: true });
    },
  };
}
