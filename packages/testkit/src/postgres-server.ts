import { chown, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type Child, lastLines, startChild } from './child.ts';
import { findProgram, isExecutable, versionOf } from './find-program.ts';
import { withFreePort } from './free-port.ts';
import {
  createPassword,
  findPostgresIdentity,
  INITDB_FLAGS,
  POSTGRES_FLAGS,
  POSTGRES_MAJOR_MIN,
  POSTGRES_START_TIMEOUT_MS,
  postgresUrl,
} from './postgres-settings.ts';
import { type Attempt, firstLine, type ProvidedServer } from './provide-first.ts';
import { createTemporaryFolder, removeFolder } from './temporary-folder.ts';

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
    return { kind: 'provided', server: await startPostgres(found, env) };
  } catch (error) {
    return { kind: 'unavailable', reason: firstLine(error), isNotable: true };
  }
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

async function startPostgres(installation: Installation, env: NodeJS.ProcessEnv): Promise<ProvidedServer> {
  const identity = await findPostgresIdentity();
  if (identity === null)
    throw new Error('Postgres refuses to run as root, and no user postgres or nobody exists');
  const folder = await createTemporaryFolder('postgres');
  const owned = { folder, identity, env: { PATH: env.PATH, LC_ALL: 'C.UTF-8' } };
  try {
    const password = createPassword();
    await initialise(installation, owned, password);
    const { child, port } = await withFreePort(async (port) => ({
      port,
      child: await startServer(installation, owned, port),
    }));
    return {
      url: postgresUrl('127.0.0.1', port, password),
      how: `${path.join(installation.folder, 'postgres')} ${installation.version} on port ${port}`,
      async close() {
        // SIGINT is Postgres's fast shutdown: it ends the sessions and doesn't wait for them.
        await child.stop('SIGINT', 15_000);
        await removeFolder(folder);
      },
    };
  } catch (error) {
    await removeFolder(folder);
    throw error;
  }
}

interface OwnedFolder {
  folder: string;
  identity: { uid: number; gid: number } | undefined;
  env: NodeJS.ProcessEnv;
}

async function initialise(installation: Installation, owned: OwnedFolder, password: string): Promise<void> {
  const { folder, identity, env } = owned;
  const passwordFile = path.join(folder, 'password');
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (identity !== undefined) {
    for (const file of [folder, passwordFile]) await chown(file, identity.uid, identity.gid);
  }
  const initdb = await startChild({
    command: path.join(installation.folder, 'initdb'),
    args: [
      `--pgdata=${dataFolder(folder)}`,
      '--username=postgres',
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      ...INITDB_FLAGS,
    ],
    env,
    cwd: folder,
    identity,
  });
  const { code } = await initdb.exited;
  if (code !== 0) throw new Error(`initdb failed: ${lastLines(initdb.stderr())}`);
}

async function startServer(installation: Installation, owned: OwnedFolder, port: number): Promise<Child> {
  const { folder, identity, env } = owned;
  const child = await startChild({
    command: path.join(installation.folder, 'postgres'),
    args: [
      ...['-D', dataFolder(folder), '-p', `${port}`],
      ...['-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories='],
      ...POSTGRES_FLAGS,
    ],
    env,
    cwd: folder,
    identity,
    // Immediate shutdown: takes the sessions' processes and the shared memory along, which SIGKILL leaves behind.
    orphanSignal: 'SIGQUIT',
    folder,
  });
  await child.waitForOutput(/ready to accept connections/, POSTGRES_START_TIMEOUT_MS).catch(async (error) => {
    await child.stop('SIGQUIT', 5_000);
    throw error;
  });
  return child;
}

function dataFolder(folder: string): string {
  return path.join(folder, 'data');
}
