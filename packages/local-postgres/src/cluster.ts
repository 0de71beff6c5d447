import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Account } from './account.ts';
import type { PostgresBinaries } from './binaries.ts';
import type { Location } from './location.ts';
import { runPostgresProgram } from './run-program.ts';

/** A database cluster on disk. */
export interface Cluster {
  dataDir: string;
  logFile: string;
  password: string;
}

export const SUPERUSER = 'tocsin';

/** Opens the cluster of a location, and makes it on first use. A run that died half-way leaves nothing that counts. */
export async function openCluster(
  { dir, binaries }: Location,
  account: Account | undefined,
  initdbFlags: readonly string[],
): Promise<Cluster> {
  const dataDir = path.join(dir, 'postgres');
  const passwordFile = path.join(dir, 'postgres-password');
  if (!existsSync(path.join(dataDir, 'PG_VERSION'))) {
    const unfinished = path.join(dir, 'postgres.unfinished');
    rmSync(unfinished, { recursive: true, force: true });
    writeFileSync(passwordFile, randomBytes(24).toString('base64url'), { mode: 0o600 });
    if (account !== undefined) chownSync(passwordFile, account.uid, account.gid);
    const { code, output } = await runPostgresProgram(
      binaries.initdb,
      [
        `--pgdata=${unfinished}`,
        `--username=${SUPERUSER}`,
        `--pwfile=${passwordFile}`,
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        ...(await localeFlags(binaries, account)),
        ...initdbFlags,
      ],
      account,
    );
    if (code !== 0) throw new Error(`Postgres could not make its data folder:\n${output.trim()}`);
    rmSync(dataDir, { recursive: true, force: true });
    renameSync(unfinished, dataDir);
  }
  return { dataDir, logFile: path.join(dir, 'postgres.log'), password: readFileSync(passwordFile, 'utf8') };
}

/** From Postgres 17 on it brings `C.UTF-8` along; before, it is the system's, which macOS does not have. */
async function localeFlags({ postgres }: PostgresBinaries, account: Account | undefined): Promise<string[]> {
  const { output } = await runPostgresProgram(postgres, ['--version'], account);
  const major = Number(/\d+/.exec(output)?.[0]);
  if (major >= 17) return ['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C'];
  return [process.platform === 'linux' ? '--locale=C.UTF-8' : '--locale=C'];
}
