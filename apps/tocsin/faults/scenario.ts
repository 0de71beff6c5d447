import { waitFor } from '@tocsin/testkit';
import type { Backend, CaseContext } from '../harness/cases/case.ts';
import { createAlertMix, type MixedSeverity } from '../harness/load/alert-mix.ts';
import { type AlertStream, type SentAlert, startAlertStream } from '../harness/load/alert-stream.ts';
import { type Receivers, startReceivers } from '../harness/receivers/receivers.ts';
import {
  type Installation,
  type InstallationOptions,
  startInstallation,
} from '../harness/system/installation.ts';
import { type PostgresServer, startPostgresServer } from '../harness/system/postgres-server.ts';
import { type RedisServer, startRedisServer } from '../harness/system/redis-server.ts';
import { type Tally, tally } from '../harness/verdict/tally.ts';

export interface Storage {
  postgres: PostgresServer;
  /** Null where the queues are on Postgres. */
  redis: RedisServer | null;
}

/** Everything of one case: storage, Tocsin on it, and receivers. */
export interface Scenario extends Storage {
  receivers: Receivers;
  installation: Installation;
  /** Adds a destination at a receiver of the same name. @returns its id */
  add(name: string, more?: Record<string, unknown>): Promise<string>;
  /** Begins to send alerts to ingest; every alert that is sent goes to all destinations unless it names some. */
  load(options: LoadOptions): AlertStream;
  /**
   * Waits until every accepted alert has been delivered to these destinations, as long as it may take.
   *
   * @returns what is there in the end
   */
  settle(alerts: readonly SentAlert[], destinations: readonly string[], timeoutMs?: number): Promise<Tally>;
}

interface LoadOptions {
  perSecond: number;
  isPersistent?: boolean;
  severity?: MixedSeverity;
  destinations?: readonly string[];
}

/** When an outcome was committed says whether a second POST of its delivery is explained. */
const COMMIT_TIMES = { track_commit_timestamp: 'on' };

const SETTLE_MS_MAX = 120_000;

export async function openStorage(context: CaseContext, backend: Backend): Promise<Storage> {
  const postgres = await context.keep(startPostgresServer({ settings: COMMIT_TIMES }), (one) => one.close());
  const redis = backend === 'redis' ? await context.keep(startRedisServer(), (one) => one.close()) : null;
  return { postgres, redis };
}

/** @param storage - opens storage of its own unless it is given */
export async function openScenario(
  context: CaseContext,
  backend: Backend,
  options: Partial<InstallationOptions> & { storage?: Storage } = {},
): Promise<Scenario> {
  const storage = options.storage ?? (await openStorage(context, backend));
  const receivers = await context.keep(startReceivers(), (one) => one.close());
  const installation = await context.keep(
    startInstallation({
      databaseUrl: storage.postgres.url,
      redisUrl: storage.redis?.url ?? null,
      ...options,
    }),
    (one) => one.close(),
  );
  let loads = 0;
  const streams: AlertStream[] = [];
  // What a failed case leaves behind must not go on sending.
  await context.keep(Promise.resolve(streams), async () => {
    for (const stream of streams) stream.abandon();
  });
  return {
    ...storage,
    receivers,
    installation,
    add: (name, more) => installation.addDestination(name, receivers.urlOf(name), more),
    load({ perSecond, isPersistent, ...fixed }) {
      loads += 1;
      const next = createAlertMix(context.random, `load-${loads}`, fixed);
      const stream = startAlertStream({ url: installation.urls.ingest, perSecond, next, isPersistent });
      streams.push(stream);
      return stream;
    },
    async settle(alerts, destinations, timeoutMs = SETTLE_MS_MAX) {
      const count = () => tally(alerts, destinations, receivers.arrivals);
      await waitFor(() => context.signal.aborted || count().undelivered === 0, {
        ...{ timeoutMs, intervalMs: 250 },
      }).catch(() => undefined);
      return count();
    },
  };
}
