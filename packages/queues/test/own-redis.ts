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
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.once('exit', (code) => reject(new Error(`redis-server ended with ${code}`)));
    server.stdout.on('data', (text: Buffer) => {
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
