import { chown, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { accountFor } from '@tocsin/local-postgres';
import { startChild } from './child.ts';
import { findProgram, versionOf } from './find-program.ts';
import { withFreePort } from './free-port.ts';
import { installPackages } from './install-package.ts';
import { PATIENCE_MS } from './patience.ts';
import { createTemporaryFolder, removeFolder } from './temporary-folder.ts';

export interface PgBouncer {
  /** The database's address by way of the pooler. */
  url: string;
  close(): Promise<void>;
}

/**
 * The `pgbouncer` of this machine, installed by apt where that is fitting.
 *
 * @returns the program, or why there is none
 */
export async function findPgBouncer(
  env: NodeJS.ProcessEnv = process.env,
): Promise<{ program: string; version: string } | { reason: string }> {
  const where = `${env.PATH}${path.delimiter}/usr/sbin`;
  let program = await findProgram('pgbouncer', where);
  if (program === null) {
    const refusal = await installPackages(['pgbouncer'], env).catch((error: Error) => error.message);
    if (refusal !== null) return { reason: `no pgbouncer; ${refusal}` };
    program = await findProgram('pgbouncer', where);
  }
  if (program === null) return { reason: 'the package pgbouncer brought no program' };
  return { program, version: (await versionOf(program)) ?? 'of unknown version' };
}

/**
 * Starts a pooler in front of a database.
 *
 * @param settings - of the section `[pgbouncer]`, such as `pool_mode`
 */
export async function startPgBouncer(
  program: string,
  { databaseUrl, settings }: { databaseUrl: string; settings: Record<string, string | number> },
): Promise<PgBouncer> {
  // PgBouncer refuses to run as root, as Postgres does.
  const identity = accountFor(process.getuid?.());
  const folder = await createTemporaryFolder('pgbouncer');
  const { child, port } = await withFreePort(async (port) => {
    const file = path.join(folder, 'pgbouncer.ini');
    await writeFile(file, configuration(new URL(databaseUrl), port, settings), { mode: 0o600 });
    if (identity !== undefined)
      for (const entry of [folder, file]) await chown(entry, identity.uid, identity.gid);
    const child = await startChild({
      command: program,
      args: [file],
      env: { PATH: process.env.PATH },
      folder,
      cwd: folder,
      identity,
    });
    await child.waitForOutput(/process up/, PATIENCE_MS).catch(async (error) => {
      await child.kill('SIGKILL');
      throw error;
    });
    return { child, port };
  });
  return {
    url: `postgres://tocsin@127.0.0.1:${port}/tocsin`,
    async close() {
      await child.stop('SIGTERM', 5_000);
      await removeFolder(folder);
    },
  };
}

function configuration(target: URL, port: number, settings: Record<string, string | number>): string {
  const { hostname, port: targetPort, username, password, pathname } = target;
  return [
    '[databases]',
    `tocsin = host=${hostname} port=${targetPort} dbname=${pathname.slice(1)} user=${username} password=${password}`,
    '[pgbouncer]',
    'listen_addr = 127.0.0.1',
    `listen_port = ${port}`,
    'unix_socket_dir =',
    'auth_type = any',
    ...Object.entries(settings).map(([name, value]) => `${name} = ${value}`),
    '',
  ].join('\n');
}
