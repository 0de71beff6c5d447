import type { Backend, CaseContext } from '../../harness/cases/case.ts';
import { createKeeper } from '../../harness/cases/keeper.ts';
import {
  type Installation,
  type InstallationOptions,
  startInstallation,
} from '../../harness/system/installation.ts';
import { type PostgresServer, startPostgresServer } from '../../harness/system/postgres-server.ts';
import { processorSeconds } from '../../harness/system/processor-time.ts';
import { type RedisServer, startRedisServer } from '../../harness/system/redis-server.ts';
import { type BenchmarkReceiver, startBenchmarkReceiver } from '../receiver/benchmark-receiver.ts';
import { createProfile } from './profile.ts';

/** An installation to be measured, with storage and a receiver of its own. */
export interface Scene {
  postgres: PostgresServer;
  /** Null where the queues are on Postgres. */
  redis: RedisServer | null;
  installation: Installation;
  receiver: BenchmarkReceiver;
  /** Makes destinations at the receiver, which every alert goes to unless it names others. @returns their ids */
  addDestinations(count: number, more?: Record<string, unknown>): Promise<string[]>;
  /** Processor time that each process has used so far; milliseconds by name: services, `postgres`, `redis`, `receiver`. */
  processorMs(): Promise<ProcessorMs>;
}

/** For cases in which one key sends more than a key may by default: 2,000 requests a second. */
export const UNLIMITED = { TOCSIN_RATE_LIMIT: '1000000' };

export type ProcessorMs = Readonly<Record<string, number>>;

export async function openScene(
  context: CaseContext,
  backend: Backend,
  options: Partial<InstallationOptions> = {},
): Promise<Scene> {
  const profile = createProfile(context);
  const postgres = await context.keep(startPostgresServer({ settings: profile.settings }), async (one) => {
    await profile.writeStatements(one).finally(one.close);
  });
  const redis = backend === 'redis' ? await context.keep(startRedisServer(), (one) => one.close()) : null;
  const receiver = await context.keep(startBenchmarkReceiver(), (one) => one.close());
  const installation = await context.keep(
    startInstallation({
      ...{ databaseUrl: postgres.url, redisUrl: redis?.url ?? null },
      ...options,
      env: (name) => ({ ...profile.env(name), ...options.env?.(name) }),
    }),
    async (one) => {
      await profile.end(one).finally(one.close);
    },
  );
  let destinations = 0;
  return {
    ...{ postgres, redis, installation, receiver },
    async addDestinations(count, more) {
      const ids: string[] = [];
      for (let n = 0; n < count; n += 1) {
        destinations += 1;
        const name = `receiver-${destinations}`;
        ids.push(await installation.addDestination(name, receiver.urlOf(name), more));
      }
      return ids;
    },
    async processorMs() {
      const seconds = (pids: readonly number[]) => pids.reduce((sum, pid) => sum + processorSeconds(pid), 0);
      const pids: [string, readonly number[]][] = [
        ...installation.processes.map((one): [string, number[]] => [one.name, [one.pid()]]),
        ['postgres', await postgres.pids()],
        ...(redis === null ? [] : [['redis', [redis.pid()]] as [string, number[]]]),
        ['receiver', [receiver.pid]],
      ];
      return Object.fromEntries(pids.map(([name, those]) => [name, 1_000 * seconds(those)]));
    },
  };
}

/**
 * Works with an installation and closes it at once: the next one is to have the machine to itself. Where the case is interrupted,
 * it is closed with that.
 */
export async function withScene<T>(
  context: CaseContext,
  backend: Backend,
  options: Partial<InstallationOptions>,
  work: (scene: Scene) => Promise<T>,
): Promise<T> {
  context.signal.throwIfAborted();
  const keeper = createKeeper(context.say);
  await context.keep(Promise.resolve(keeper), ({ close }) => close());
  try {
    return await work(await openScene({ ...context, keep: keeper.keep }, backend, options));
  } finally {
    await keeper.close();
  }
}

/** What was used from one reading to the next. */
export function usedMs(before: ProcessorMs, after: ProcessorMs): ProcessorMs {
  return Object.fromEntries(Object.entries(after).map(([name, ms]) => [name, ms - (before[name] ?? 0)]));
}

/** All that Tocsin costs: services, Postgres and Redis, and not the receiver. */
export function tocsinMs(used: ProcessorMs): number {
  return Object.entries(used).reduce((sum, [name, ms]) => (name === 'receiver' ? sum : sum + ms), 0);
}

/** Of each process for each of so many; three digits after the point. */
export function perOne(used: ProcessorMs, count: number): Record<string, number> {
  return Object.fromEntries(
    Object.entries(used).map(([name, ms]) => [name, Number((ms / count).toFixed(3))]),
  );
}
