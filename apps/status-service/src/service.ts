import type { RetryPolicy } from '@tocsin/contract';
import type { HttpPart } from '@tocsin/http';
import { createDeliveryEnqueuer } from '@tocsin/queues';
import type { Metrics } from '@tocsin/service';
import type { DispatchedDelivery, Outcome, Plan, StatusGateway, Verdict } from '@tocsin/status-gateway';
import { type Database, databaseProblem } from '@tocsin/store';
import type { Logger } from 'pino';
import type { ResendRequest } from './commit/apply-resend.ts';
import { createCommitter } from './commit/committer.ts';
import { createDispatcher, type DispatcherQueues } from './dispatcher/dispatcher.ts';
import { logEnded } from './log-ended.ts';
import { createLoop } from './loop/loop.ts';
import { maintain } from './maintenance/maintain.ts';
import { createStatusMetrics } from './metrics.ts';
import { raiseFailureNotices, type SendSystemAlert } from './notices/failure-notices.ts';
import { createAlertsReader } from './read/read-alerts.ts';
import { createDeliveriesReader } from './read/read-deliveries.ts';
import { createBulkResendLoop } from './resends/run-bulk-resends.ts';
import { createBulkResendRoutes } from './routes/bulk-resends.ts';
import { createGatewayRoutes } from './routes/gateway.ts';
import { createResendRoutes } from './routes/resend.ts';
import { takeSample } from './statistics/take-sample.ts';

export interface StatusServiceDeps {
  database: Database;
  /** Connections for what is read, so that reading keeps nobody from writing; the same database. */
  reads: Database;
  queues: DispatcherQueues & {
    /** For the readiness report. */
    state(): Promise<string>;
    /** Calls back each time that the queues can be talked to again; a `Producer` fits. */
    onAvailable(listener: () => void): void;
  };
  sendSystemAlert: SendSystemAlert;
  log: Logger;
  metrics: Metrics;
  /** A number from 0 up to 1; spreads the delays of retries. */
  random?: () => number;
}

export interface StatusServiceOptions {
  defaults: RetryPolicy;
  shards: number;
  expireDays: number;
  retentionDays: number;
  /** How often the dispatcher looks; milliseconds. */
  dispatchEveryMs?: number;
}

export interface StatusService extends HttpPart {
  gateway: StatusGateway;
  /** Lets the dispatcher look now; for when a destination was enabled, disabled or deleted. */
  wake(): void;
  close(): Promise<void>;
}

const DISPATCH_EVERY_MS = 1_000;
const NOTICE_EVERY_MS = 2_000;
const MAINTAIN_EVERY_MS = 60_000;
/** A sample is taken once in a minute; this loop runs more often so that no minute is missed. */
const SAMPLE_EVERY_MS = 20_000;

/** The only writer of deliveries, attempts and their counts. Reading them is `createReadApi`. */
export function createStatusService(deps: StatusServiceDeps, options: StatusServiceOptions): StatusService {
  const { database, queues, log } = deps;
  const counters = createStatusMetrics(deps.metrics, database);
  const { commit } = createCommitter({
    database,
    defaults: options.defaults,
    shards: options.shards,
    random: deps.random ?? Math.random,
    onEnded: (ended) => {
      counters.failed(ended.filter(({ row }) => row.status === 'failed').length);
      logEnded(log, ended);
    },
  });

  const enqueue = createDeliveryEnqueuer({ queues, log });

  const gateway: StatusGateway = {
    async commitPlans(plans: Plan[]): Promise<DispatchedDelivery[]> {
      if (plans.length === 0) return [];
      return (await commit('plans', plans, await queues.hasRoom())).jobs;
    },
    async commitOutcomes(outcomes: Outcome[]): Promise<Verdict[]> {
      if (outcomes.length === 0) return [];
      const { result: verdicts, jobs } = await commit('outcomes', outcomes, await queues.hasRoom());
      counters.outcomes(outcomes, verdicts);
      await enqueue(jobs);
      return verdicts;
    },
  };

  async function resend(request: ResendRequest): Promise<string[]> {
    const { result: deliveryIds, jobs } = await commit('resend', request, await queues.hasRoom());
    await enqueue(jobs);
    return deliveryIds;
  }

  const dispatcher = createDispatcher({ database, commit, queues, shards: options.shards, log });
  const dispatching = createLoop({
    name: 'dispatcher',
    everyMs: options.dispatchEveryMs ?? DISPATCH_EVERY_MS,
    run: dispatcher.tick,
    log,
  });
  // Deliveries that were committed while the queues were unavailable are due, and wait in Postgres.
  queues.onAvailable(dispatching.wake);
  const resending = createBulkResendLoop({ database, commit, hasRoom: queues.hasRoom, enqueue, log });
  const loops = [
    dispatching,
    resending,
    createLoop({
      name: 'failure-notices',
      everyMs: NOTICE_EVERY_MS,
      run: () => raiseFailureNotices(database, deps.sendSystemAlert),
      log,
    }),
    createLoop({
      name: 'maintenance',
      everyMs: MAINTAIN_EVERY_MS,
      run: (closing) => maintain({ database, commit, log, closing }, options),
      log,
    }),
    createLoop({ name: 'samples', everyMs: SAMPLE_EVERY_MS, run: () => takeSample(database), log }),
  ];

  const deliveries = createDeliveriesReader(deps.reads);
  const alerts = createAlertsReader(deps.reads, deliveries);
  return {
    gateway,
    routes: [
      ...createResendRoutes({ alerts, deliveries, resend }),
      ...createBulkResendRoutes({ database, reads: deps.reads, wake: resending.wake }),
    ],
    internal: createGatewayRoutes(gateway),
    mapError: databaseProblem,
    isBusy: () => database.pool.totalCount > database.pool.idleCount,
    readiness: async () => ({ queues: await queues.state() }),
    wake: dispatching.wake,
    close: async () => {
      await Promise.all(loops.map((loop) => loop.close()));
    },
  };
}
