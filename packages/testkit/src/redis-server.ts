import { startChild } from './child.ts';
import { findProgram, versionOf } from './find-program.ts';
import { withFreePort } from './free-port.ts';
import { PATIENCE_MS } from './patience.ts';
import { type Attempt, firstLine, type ProvidedServer } from './provide-first.ts';
import { createTemporaryFolder, removeFolder } from './temporary-folder.ts';

/** What every Redis for tests is started with: BullMQ needs `noeviction`; nothing is kept on disk; many tests share it. */
export const REDIS_ARGUMENTS = [
  '--databases',
  '256',
  '--maxmemory-policy',
  'noeviction',
  '--save',
  '',
  '--appendonly',
  'no',
] as const;

/** Starts the `redis-server` that is on the PATH. */
export async function redisFromPath(env: NodeJS.ProcessEnv): Promise<Attempt> {
  const program = await findProgram('redis-server', env.PATH);
  if (program === null) return { kind: 'unavailable', reason: 'no redis-server on the PATH' };
  try {
    const server = await withFreePort((port) => startRedis(program, port, env));
    return { kind: 'provided', server };
  } catch (error) {
    return { kind: 'unavailable', reason: firstLine(error), isNotable: true };
  }
}

async function startRedis(program: string, port: number, env: NodeJS.ProcessEnv): Promise<ProvidedServer> {
  const folder = await createTemporaryFolder('redis');
  try {
    const child = await startChild({
      command: program,
      args: ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', folder, ...REDIS_ARGUMENTS],
      env: { PATH: env.PATH },
      folder,
    });
    await child.waitForOutput(/Ready to accept connections/, PATIENCE_MS).catch(async (error) => {
      await child.kill('SIGKILL');
      throw error;
    });
    return {
      url: `redis://127.0.0.1:${port}`,
      how: `${program} ${await versionOf(program)} on port ${port}`,
      async close() {
        await child.stop('SIGTERM', 5_000);
        await removeFolder(folder);
      },
    };
  } catch (error) {
    await removeFolder(folder);
    throw error;
  }
}
