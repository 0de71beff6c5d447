import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { findFreePort } from '@tocsin/testkit';
import {
  ADMIN_KEY,
  builtEntry,
  commonSettings,
  ownSettings,
  SERVICE_NAMES,
  type ServiceName,
} from '../../harness/service-settings.ts';
import { createManagedProcess, type ManagedProcess } from './managed-process.ts';

export interface InstallationOptions {
  /** Null where `tocsin up` is to have a Postgres of its own. */
  databaseUrl: string | null;
  /** Null for queues on Postgres: then one process has all of Tocsin. */
  redisUrl: string | null;
  /** All of Tocsin in one process, as `tocsin up` has it, also where there is a Redis. */
  isOneProcess?: boolean;
  /** The folder of a built checkout whose services these are; this one unless it is given. */
  checkout?: string;
  /** How many delivery workers, where they are processes of their own; 1 unless it is given. */
  workers?: number;
  /** Those to be started where each is a process of its own; all of them unless it is given. */
  services?: readonly ServiceName[];
  /** Settings of each process by its name, besides what `envOf` gives it. */
  env?: (name: string) => Readonly<Record<string, string>>;
  /**
   * Gives settings of one process alone, by its name, once it is known where the status service will listen. The second
   * worker is `delivery-worker-2`, and all of Tocsin in one process `tocsin`.
   */
  envOf?: (statusUrl: string) => Promise<Readonly<Record<string, Record<string, string>>>>;
}

/** All of Tocsin as processes that can be struck. */
export interface Installation {
  processes: readonly ManagedProcess[];
  /** @throws Error where there is none of that name */
  process(name: string): ManagedProcess;
  urls: { ingest: string; control: string; status: string; reads: string };
  /** Asks the API with the admin key. @throws Error where it is answered otherwise than with 2xx */
  api<T>(of: keyof Installation['urls'], method: string, path: string, body?: unknown): Promise<T>;
  /** Makes a destination that every alert goes to. @returns its id */
  addDestination(displayName: string, url: string, more?: Record<string, unknown>): Promise<string>;
  close(): Promise<void>;
}

/**
 * Starts all of Tocsin: each service as a process, or one process where the queues are on Postgres.
 *
 * @returns once every process is ready
 * @throws Error where one does not become ready; then none is left running
 */
export async function startInstallation(options: InstallationOptions): Promise<Installation> {
  const dataDir = await mkdtemp(path.join(os.tmpdir(), 'tocsin-case-data-'));
  const { redisUrl, isOneProcess = redisUrl === null } = options;
  const processes =
    redisUrl === null || isOneProcess
      ? [await oneProcess(options, dataDir)]
      : await manyProcesses(options, redisUrl);
  const named = (name: string) => {
    const found = processes.find((one) => one.name === name);
    if (found === undefined) throw new Error(`There is no process ${name}`);
    return found;
  };
  const urlOf = (name: string) => (isOneProcess ? processes[0]! : named(name)).url;
  const urls = {
    get ingest() {
      return urlOf('ingest-api');
    },
    get control() {
      return urlOf('control-api');
    },
    get status() {
      return urlOf('status-service');
    },
    get reads() {
      return urlOf('status-reads');
    },
  };

  async function api<T>(of: keyof typeof urls, method: string, where: string, body?: unknown): Promise<T> {
    const response = await fetch(`${urls[of]}${where}`, {
      method,
      headers: { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok)
      throw new Error(`${method} ${where} was answered ${response.status}: ${text.slice(0, 300)}`);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }

  const close = async () => {
    for (const one of processes) one.signal('SIGCONT');
    await Promise.all(processes.map((one) => one.kill()));
    await rm(dataDir, { recursive: true, force: true });
  };
  try {
    for (const one of processes) await one.start();
    await Promise.all(processes.map((one) => one.ready()));
  } catch (error) {
    await close();
    throw error;
  }
  return {
    ...{ processes, process: named, urls, api, close },
    async addDestination(displayName, url, more = {}) {
      return (await api<{ id: string }>('control', 'POST', '/v1/destinations', { displayName, url, ...more }))
        .id;
    },
  };
}

async function manyProcesses(
  { databaseUrl, checkout, workers = 1, services = SERVICE_NAMES, env, envOf }: InstallationOptions,
  redisUrl: string,
): Promise<ManagedProcess[]> {
  const names = [
    ...services.map((service): [string, ServiceName] => [service, service]),
    ...Array.from({ length: workers - 1 }, (_, n): [string, ServiceName] => [
      `delivery-worker-${n + 2}`,
      'delivery-worker',
    ]),
  ];
  const ports = new Map<string, number>();
  for (const [name] of names) ports.set(name, await findFreePort());
  const urlOf = (name: string) => `http://127.0.0.1:${ports.get(name)}`;
  const statusUrl = urlOf('status-service');
  const common = commonSettings({
    ...{ databaseUrl: databaseUrl ?? '', redisUrl, statusUrl, ingestUrl: urlOf('ingest-api') },
  });
  const own = await envOf?.(statusUrl);
  return names.map(([name, service]) =>
    createManagedProcess({
      ...{ name, url: urlOf(name), command: [process.execPath, builtEntry(service, checkout)] },
      env: { ...common, ...env?.(name), ...ownSettings(service, ports.get(name) ?? 0), ...own?.[name] },
    }),
  );
}

async function oneProcess(
  { databaseUrl, redisUrl, checkout, env, envOf }: InstallationOptions,
  dataDir: string,
): Promise<ManagedProcess> {
  const port = await findFreePort();
  const url = `http://127.0.0.1:${port}`;
  const { REDIS_URL, DATABASE_URL, ...common } = commonSettings({
    ...{ databaseUrl: databaseUrl ?? '', redisUrl: redisUrl ?? '', statusUrl: url, ingestUrl: url },
  });
  const storage = {
    ...(databaseUrl === null ? {} : { DATABASE_URL }),
    ...(redisUrl === null ? {} : { REDIS_URL }),
  };
  const own = await envOf?.(url);
  return createManagedProcess({
    ...{ name: 'tocsin', url },
    command: [process.execPath, builtEntry('tocsin', checkout), 'up', '--json', '--port', `${port}`],
    env: { ...common, ...env?.('tocsin'), ...storage, TOCSIN_DATA_DIR: dataDir, ...own?.tocsin },
  });
}
