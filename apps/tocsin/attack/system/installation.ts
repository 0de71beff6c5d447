import path from 'node:path';
import {
  createDatabaseOn,
  findFreePort,
  provideNginx,
  providePostgres,
  provideRedis,
  waitFor,
} from '@tocsin/testkit';
import {
  builtEntry,
  commonSettings,
  ownSettings,
  SERVICE_NAMES,
  type ServiceName,
} from '../../harness/service-settings.ts';
import type { BoundPort } from '../case.ts';
import { prepareLocalProxy } from './local-proxy.ts';
import { lowPriority } from './low-priority.ts';
import { createMemoryLimiter } from './memory-limit.ts';
import { type SupervisedProcess, startSupervised } from './supervised-process.ts';

const MIB = 1024 * 1024;
/** `NODE_OPTIONS` of infra/docker/Dockerfile. */
export const V8_OPTIONS = '--v8-pool-size=1 --max-semi-space-size=8';
/** `mem_limit` of docker-compose.yml. */
const SERVICE_BYTES_MAX = 512 * MIB;
const PROXY_BYTES_MAX = 256 * MIB;

/** A quarter of the others' processor time where it is short, as by `cpu_shares`. */
const LOW_PRIORITY = lowPriority(6);

/** What each service's command is run by. */
export const RUN_BY: Partial<Record<ServiceName, readonly string[]>> = {
  'control-api': LOW_PRIORITY,
  'status-reads': LOW_PRIORITY,
};

/** All of Tocsin as processes of its own under the limits of docker-compose.yml. */
export interface Installation {
  processes: readonly SupervisedProcess[];
  /** Where each service and the proxy listen. Without nginx there is no proxy, and the reason. */
  urls: Record<Exclude<BoundPort, 'proxy'>, string> & { proxy: string | null };
  /** Lines for a person: where everything comes from, how memory is limited. */
  notes: readonly string[];
  stop(): Promise<void>;
}

/** Starts Postgres, Redis, the built services and, where there is an nginx, the proxy. */
export async function startInstallation(): Promise<Installation> {
  const stops: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const one of stops.splice(0).reverse()) await one().catch(() => undefined);
  };
  try {
    return await open(stops, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function open(stops: (() => Promise<unknown>)[], stop: () => Promise<void>): Promise<Installation> {
  const limiter = createMemoryLimiter();
  const postgres = await providePostgres();
  stops.push(() => postgres.close());
  const redis = await provideRedis();
  stops.push(() => redis.close());
  const database = await createDatabaseOn(postgres.url, 'attack');
  stops.push(() => database.drop());

  const ports = new Map<ServiceName, number>();
  for (const service of SERVICE_NAMES) ports.set(service, await findFreePort());
  const urlOf = (service: ServiceName) => `http://127.0.0.1:${ports.get(service)}`;
  const env = {
    ...commonSettings({
      ...{ databaseUrl: database.url, redisUrl: redis.url },
      ...{ statusUrl: urlOf('status-service'), ingestUrl: urlOf('ingest-api') },
    }),
    // As in the images. In a container Node takes half of the limit by itself.
    NODE_OPTIONS: limiter.how.startsWith('cgroup')
      ? V8_OPTIONS
      : `${V8_OPTIONS} --max-old-space-size=${SERVICE_BYTES_MAX / MIB / 2}`,
    TOCSIN_CONSOLE_DIR: path.resolve(import.meta.dirname, '../../../console/dist'),
    TOCSIN_PROXY_HOPS: '1',
  };
  const processes: SupervisedProcess[] = [];
  /** @param readyAt the path that answers with 200 once it can be attacked */
  const add = async (
    name: string,
    url: string,
    command: readonly string[],
    { bytesMax, readyAt, extra = {} }: { bytesMax: number; readyAt: string; extra?: Record<string, string> },
  ) => {
    const limit = limiter.create(name, bytesMax);
    const started = await startSupervised({ name, url, limit, command, env: { ...env, ...extra } });
    processes.push(started);
    stops.push(() => started.stop());
    await waitFor(async () => (await fetch(`${url}${readyAt}`)).ok, {
      timeoutMs: 60_000,
      describe: () => `${name} to answer; it printed ${started.output()}`,
    });
  };
  await Promise.all(
    SERVICE_NAMES.map((name) => {
      const program = [...(RUN_BY[name] ?? []), process.execPath, builtEntry(name)];
      const limits = { bytesMax: SERVICE_BYTES_MAX, readyAt: '/readyz' };
      const extra = ownSettings(name, ports.get(name) ?? 0);
      return add(name, urlOf(name), program, { ...limits, extra });
    }),
  );

  const nginx = await provideNginx();
  const urls = {
    ingest: urlOf('ingest-api'),
    status: urlOf('status-service'),
    reads: urlOf('status-reads'),
    control: urlOf('control-api'),
  };
  const notes = [postgres.how, redis.how, `memory limits: ${limiter.how}`];
  if (nginx.kind === 'unavailable') {
    return {
      processes,
      urls: { ...urls, proxy: null },
      notes: [...notes, `no proxy: ${nginx.reason}`],
      stop,
    };
  }
  const hosts = Object.fromEntries(Object.entries(urls).map(([name, url]) => [name, new URL(url).host]));
  const proxy = await prepareLocalProxy(nginx.program, hosts as typeof urls);
  stops.push(async () => proxy.remove());
  await add('proxy', proxy.url, proxy.command, { bytesMax: PROXY_BYTES_MAX, readyAt: '/healthz' });
  return { processes, urls: { ...urls, proxy: proxy.url }, notes: [...notes, nginx.program], stop };
}
