import path from 'node:path';
import { findFreePort, startProcess, type TestProcess } from '@tocsin/testkit';
import type { ServiceName } from '../harness/service-settings.ts';
import { createApi, QUICK, type Tocsin } from './tocsin-process.ts';

export const entryOf = (app: string) => path.resolve(import.meta.dirname, `../../${app}/src/main.ts`);

/** All that a process needs which only reads. */
const readsEnvironment = ({ DATABASE_URL = '' }: Record<string, string>) => ({
  TOCSIN_STATUS_PARTS: 'reads',
  DATABASE_URL,
});

export const SERVICE_SECRETS = {
  TOCSIN_SECRET_KEYS: `one:${Buffer.alloc(32, 7).toString('base64')}`,
  TOCSIN_SERVICE_TOKEN: 'a-token-between-services-0123456789',
};

export interface ServiceProcess {
  name: ServiceName;
  url: string;
  process: TestProcess;
}

export interface Services {
  /** In the order they were started in. */
  readonly all: readonly ServiceProcess[];
  /** The first of that name. */
  url(name: ServiceName): string;
  api(name: ServiceName): Tocsin['api'];
  /** What `/readyz` says of one service's dependencies. */
  dependencies(service: ServiceProcess): Promise<Record<string, string>>;
  /** Adds what each service said last to an error, and throws it: all that is left to look at once a run is over. */
  tellLogs(error: Error): never;
  close(): Promise<void>;
}

/** The settings of services that run side by side, each under its own port. */
async function serviceEnvironments(names: readonly ServiceName[], env: Record<string, string>) {
  const ports = await Promise.all(names.map(() => findFreePort()));
  const urlOf = (name: ServiceName) => `http://127.0.0.1:${ports[names.indexOf(name)] ?? 9}`;
  const common = {
    ...QUICK,
    ...SERVICE_SECRETS,
    TOCSIN_PUBLIC_URL: 'https://tocsin.example.com',
    TOCSIN_STATUS_URL: urlOf('status-service'),
    TOCSIN_INGEST_URL: urlOf('ingest-api'),
    TOCSIN_OWN_URLS: ports.map((port) => `http://127.0.0.1:${port}`).join(','),
    ...env,
  };
  return names.map((name, n) => ({
    name,
    url: `http://127.0.0.1:${ports[n]}`,
    entry: entryOf(name === 'status-reads' ? 'status-service' : name),
    env: {
      ...(name === 'status-reads' ? readsEnvironment(env) : common),
      HOST: '127.0.0.1',
      PORT: String(ports[n]),
    },
  }));
}

/**
 * Starts services as processes of their own, one after the other.
 *
 * @param until the path that each answers with 200 before the next is started
 */
export async function startServices(
  names: readonly ServiceName[],
  env: Record<string, string>,
  { until = '/readyz' }: { until?: '/readyz' | '/healthz' } = {},
): Promise<Services> {
  const all: ServiceProcess[] = [];
  const close = async () => {
    await Promise.all(all.toReversed().map(({ process }) => process.stop()));
  };
  const logs = () =>
    all
      .map(({ name, process }) => `${name}: ${process.stdout().slice(-1_500)}${process.stderr()}`)
      .join('\n');
  try {
    for (const { name, url, entry, env: own } of await serviceEnvironments(names, env)) {
      const child = await startProcess({ entry, env: own });
      all.push({ name, url, process: child });
      await child.ready(`${url}${until}`);
    }
  } catch (error) {
    const said = logs();
    await close();
    throw new Error(`${(error as Error).message}\n${said}`, { cause: error });
  }
  const url = (name: ServiceName) => (all.find((service) => service.name === name) as ServiceProcess).url;
  return {
    all,
    url,
    api: (name) => createApi(url(name)),
    dependencies: async (service) => {
      const body = (await (await fetch(`${service.url}/readyz`)).json()) as {
        dependencies: Record<string, string>;
      };
      return body.dependencies;
    },
    tellLogs: (error) => {
      throw new Error(`${error.message}\n${logs()}`, { cause: error });
    },
    close,
  };
}
