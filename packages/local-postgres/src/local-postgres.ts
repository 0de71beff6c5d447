import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { accountFor } from './account.ts';
import { binariesUnder, findBinaries } from './binaries.ts';
import { type Cluster, openCluster, SUPERUSER } from './cluster.ts';
import { type KeepRunningEvents, keepRunning } from './keep-running.ts';
import { locate } from './location.ts';
import { type PostmasterFile, readPostmasterFile, removePostmasterFile } from './postmaster-file.ts';
import { isAlive, servesData } from './process-identity.ts';
import { runPostgresProgram } from './run-program.ts';
import { lockStart } from './start-lock.ts';

export interface LocalPostgresOptions {
  /** Where data, password and log are kept. */
  dataDir: string;
  /** Postgres settings, such as `max_connections`; an adopted server keeps those it was started with. */
  settings?: Readonly<Record<string, string>>;
  /** The folder that holds `bin` of an installed Postgres 15 or later, instead of the embedded one. */
  installation?: string;
  /** More flags for `initdb`, which makes the data folder on first use. */
  initdbFlags?: readonly string[];
  /** Starts the server again whenever it has ended by itself, and says so. */
  keepRunning?: KeepRunningEvents;
}

export interface LocalPostgres {
  /** For connecting, with the password. */
  readonly url: string;
  /** Of the server's first process when it was started or adopted. */
  readonly pid: number;
  /** Whether a server was found running on the data, left by a process that was killed. */
  readonly adopted: boolean;
  /** Where the data is; another place than asked for where root's server cannot enter that. */
  readonly dataDir: string;
  /** Stops the server, its running statements first; the data stays. */
  close(): Promise<void>;
}

const DATABASE = 'postgres';
const START_TRIES = 3;
const WAIT_SECONDS = '60';

/** A server that starts or stops is waited for: recovery after a crash takes its time. */
const BUSY_MS_MAX = 60_000;
const BUSY_POLL_MS = 200;

/**
 * Starts a real Postgres on a free port of the loopback, from the embedded binaries. The server is a process group of
 * its own: it outlives a killed Tocsin, and is adopted by the next.
 *
 * @throws LocalPostgresInUseError while another process does the same on this folder
 */
export async function startLocalPostgres(options: LocalPostgresOptions): Promise<LocalPostgres> {
  const account = accountFor(process.getuid?.());
  const { installation, settings = {}, initdbFlags = [] } = options;
  const binaries = installation === undefined ? findBinaries() : binariesUnder(installation);
  const location = locate(path.resolve(options.dataDir), binaries, account);
  const release = lockStart(location.dir);
  try {
    const cluster = await openCluster(location, account, initdbFlags);
    const pgCtl = (...args: string[]) =>
      runPostgresProgram(location.binaries.pgCtl, [...args, `--pgdata=${cluster.dataDir}`], account);
    const adopted = await adopt(cluster, pgCtl);
    const port = adopted ?? (await start(cluster, pgCtl, settings));
    const isRunning = () => findServer(cluster.dataDir) !== null;
    const keeper =
      options.keepRunning &&
      keepRunning({
        ...options.keepRunning,
        isRunning,
        start: () => startAt(port, cluster, pgCtl, settings),
      });
    return {
      url: urlOf(cluster, port),
      pid: pidOf(cluster),
      adopted: adopted !== null,
      dataDir: location.dir,
      close: async () => {
        await keeper?.stop();
        if (!isRunning()) return;
        const { code, output } = await pgCtl('stop', '--mode=fast', '--wait', `--timeout=${WAIT_SECONDS}`);
        if (code !== 0) throw new Error(`Postgres did not stop: ${output.trim()}`);
      },
    };
  } finally {
    release();
  }
}

type PgCtl = (...args: string[]) => ReturnType<typeof runPostgresProgram>;

/**
 * @returns the port of a server that is running on this data and answers. One that starts or stops is waited for; one
 *   that does not answer is stopped.
 */
async function adopt(cluster: Cluster, pgCtl: PgCtl): Promise<number | null> {
  for (const untilMs = performance.now() + BUSY_MS_MAX; ; ) {
    const file = findServer(cluster.dataDir);
    if (file === null) return null;
    const answer = file.port === null ? 'none' : await ask(urlOf(cluster, file.port));
    if (answer === 'ready') return file.port;
    const isBusy = answer === 'busy' || (answer === 'none' && file.isBusy);
    if (!isBusy || performance.now() > untilMs) break;
    await sleep(BUSY_POLL_MS);
  }
  await pgCtl('stop', '--mode=immediate', '--wait', `--timeout=${WAIT_SECONDS}`);
  return null;
}

/**
 * The server that `postmaster.pid` names, if that is what its process is. Process ids are used again: the file of a
 * server that is long gone may name anybody's process, which must not be sent a signal.
 *
 * @throws where that cannot be found out
 */
function findServer(dataDir: string): PostmasterFile | null {
  const file = readPostmasterFile(dataDir);
  // Of one that has just gone, Postgres itself sees to the file, and to what the server may have left running.
  if (file === null || !isAlive(file.pid)) return null;
  const serves = servesData(file.pid, dataDir);
  if (serves === 'yes') return file;
  if (serves === 'unknown') {
    throw new Error(
      `Process ${file.pid} may be a Postgres on ${dataDir}. Stop it; or, if it is not, remove postmaster.pid there`,
    );
  }
  removePostmasterFile(dataDir);
  return null;
}

const STARTING_OR_STOPPING = '57P03';

/** Whether a server answers, be it with an error, or says that it starts or stops. */
async function ask(url: string): Promise<'ready' | 'busy' | 'none'> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: 5_000,
    query_timeout: 5_000,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('SELECT 1');
    return 'ready';
  } catch (error) {
    if (!(error instanceof pg.DatabaseError)) return 'none';
    return error.code === STARTING_OR_STOPPING ? 'busy' : 'ready';
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** @returns the port it listens on. Between choosing a free port and binding it, somebody else may take it. */
async function start(
  cluster: Cluster,
  pgCtl: PgCtl,
  settings: Readonly<Record<string, string>>,
): Promise<number> {
  for (let tries = 1; ; tries += 1) {
    const port = await freePort();
    try {
      await startAt(port, cluster, pgCtl, settings);
      return port;
    } catch (error) {
      if (tries === START_TRIES) throw error;
    }
  }
}

async function startAt(
  port: number,
  cluster: Cluster,
  pgCtl: PgCtl,
  settings: Readonly<Record<string, string>>,
): Promise<void> {
  const all = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    ...settings,
    port: String(port),
  };
  const flags = Object.entries(all).map(([name, value]) => `-c ${name}='${value}'`);
  const { code, output } = await pgCtl(
    'start',
    '--wait',
    `--timeout=${WAIT_SECONDS}`,
    `--log=${cluster.logFile}`,
    `--options=${flags.join(' ')}`,
  );
  if (code !== 0) throw new Error(`Postgres did not start (see ${cluster.logFile}): ${output.trim()}`);
}

function pidOf({ dataDir }: Cluster): number {
  const file = readPostmasterFile(dataDir);
  if (file === null) throw new Error(`Postgres started on ${dataDir}, and is gone`);
  return file.pid;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

function urlOf(cluster: Cluster, port: number): string {
  return `postgres://${SUPERUSER}:${cluster.password}@127.0.0.1:${port}/${DATABASE}`;
}
