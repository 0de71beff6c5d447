import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { startLocalPostgres } from '@tocsin/local-postgres';
import pg from 'pg';

const run = promisify(execFile);

/** A Postgres of one case with its own defaults, which is started again at the same address whenever it ends. */
export interface PostgresServer {
  url: string;
  /** Rows of one statement, on a connection of its own. */
  query<Row extends pg.QueryResultRow>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  /** Its first process, and those that it has now. */
  pids(): Promise<number[]>;
  /** Sends its first process a signal: SIGINT restarts it in good order, SIGQUIT as after a crash. */
  signal(signal: NodeJS.Signals): void;
  /** Stops all of its processes where they are, or lets them go on. */
  freeze(): Promise<void>;
  thaw(): Promise<void>;
  close(): Promise<void>;
}

/**
 * @param options.folder - for its data; a temporary one unless it is given
 * @param options.settings - of its configuration, besides those that every case has
 */
export async function startPostgresServer({
  folder,
  settings = {},
}: {
  folder?: string;
  settings?: Record<string, string>;
} = {}): Promise<PostgresServer> {
  const dataDir = folder ?? (await mkdtemp(path.join(os.tmpdir(), 'tocsin-case-postgres-')));
  const server = await startLocalPostgres({
    dataDir,
    settings: { max_connections: '300', ...settings },
    initdbFlags: ['--no-sync'],
    keepRunning: { onEnded: () => {}, onRestarted: () => {}, onRestartFailed: () => {} },
  });
  const firstPid = () =>
    Number(readFileSync(path.join(server.dataDir, 'postgres/postmaster.pid'), 'utf8').split('\n')[0]);

  async function childPids(): Promise<number[]> {
    const { stdout } = await run('ps', ['-o', 'pid=', '--ppid', `${firstPid()}`]).catch(() => ({
      stdout: '',
    }));
    return stdout.split('\n').map(Number).filter(Boolean);
  }

  /** The first process before its children, so that it starts no others meanwhile. */
  async function signalAll(signal: NodeJS.Signals): Promise<void> {
    process.kill(firstPid(), signal);
    for (const pid of await childPids()) {
      try {
        process.kill(pid, signal);
      } catch {
        // It has just ended.
      }
    }
  }

  return {
    url: server.url,
    async query(text, values = []) {
      const client = new pg.Client({ connectionString: server.url });
      client.on('error', () => {});
      await client.connect();
      try {
        return (await client.query(text, [...values])).rows;
      } finally {
        await client.end();
      }
    },
    pids: async () => [firstPid(), ...(await childPids())],
    signal: (signal) => void process.kill(firstPid(), signal),
    freeze: () => signalAll('SIGSTOP'),
    thaw: () => signalAll('SIGCONT'),
    async close() {
      await signalAll('SIGCONT').catch(() => undefined);
      await server.close();
      // A folder that was given is the giver's.
      const own = folder === undefined ? new Set([dataDir, server.dataDir]) : [];
      for (const one of own) await rm(one, { recursive: true, force: true });
    },
  };
}
