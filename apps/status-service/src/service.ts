import type { RetryPolicy } from '@tocsin/contract';
import type { HttpPart } from '@tocsin/http';
import { createDeliveryEnqueuer } from '@tocsin/queues';
import { createDecider } from '@tocsin/routing';
import type { Metrics } from '@tocsin/service';
import type { DispatchedDelivery, Outcome, Plan, StatusGateway, Verdict } from '@tocsin/status-gateway';
import { createRoutingDirectory, type Database, databaseProblem } from '@tocsin/store';
import type { Logger } from 'pino';
import type { ResendRequest } from './commit/apply-resend.ts';
import { createCommitter } from './commit/committer.ts';
import { createDispatcher, type DispatcherQueues } from './dispatcher/dispatcher.ts';
import { evaluateHealth } from './health/evaluate-health.ts';
import { logEnded } from './log-ended.ts';
import { logFlows } from './log-flows.ts';
import { createLoop } from './loop/loop.ts';
import { maintain } from './maintenance/maintain.ts';
import { createRecounter } from './maintenance/recount.ts';
import { raiseFailureNotices, type SendSystemAlert } from './notices/failure-notices.ts';
import { createAlertsReader } from './read/read-alerts.ts';
import { createDeliveriesReader } from './read/read-deliveries.ts';
import { createMissingAlerts } from './resends/missing-alerts.ts';
import { createBulkResendLoop } from './resends/run-bulk-resends.ts';
import { createMissingResendLoop } from './resends/run-missing-resends.ts';
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
  /** A number from 0 up to 1, for the jitter of retries' delays. */
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
  /** Lets the dispatcher look now; for when a destination was resumed, enabled, disabled or deleted. */
  wake(): void;
  close(): Promise<void>;
}

const DISPATCH_EVERY_MS = 1_000;
const NOTICE_EVERY_MS = 2_000;
const MAINTAIN_EVERY_MS = 60_000;
const RECOUNT_EVERY_MS = 60_000;
/** A sample is taken once in a minute; this loop runs more often so that no minute is missed. */
const SAMPLE_EVERY_MS = 20_000;
const HEALTH_EVERY_MS = 10_000;

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
    onFlows: (flows) => logFlows(log, flows),
  });

  const enqueue = createDeliveryEnqueuer({ queues, log });

  const gateway: StatusGateway = {
    async commitPlans(plans: Plan[]): Promise<DispatchedDelivery[]> {
      if (plans.length === 0) return [];
      return (await commit('plans', plans, { hasRoom: await queues.hasRoom() })).jobs;
    },
    async commitOutcomes(outcomes: Outcome[]): Promise<Verdict[]> {
      if (outcomes.length === 0) return [];
      const { result: verdicts, jobs } = await commit('outcomes', outcomes, {
        hasRoom: await queues.hasRoom(),
      });
      counters.outcomes(outcomes, verdicts);
      await enqueue(jobs);
      return verdicts;
    },
  };

  async function resend(request: ResendRequest): Promise<string[]> {
    const { result: deliveryIds, jobs } = await commit('resend', request, {
      hasRoom: await queues.hasRoom(),
    });
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
  const decider = createDecider({ destinations: createRoutingDirectory(database) });
  const missing = createMissingAlerts({ reads: deps.reads, decider });
  const resendDeps = { database, commit, hasRoom: queues.hasRoom, enqueue, log };
  const resending = createBulkResendLoop(resendDeps);
  const resendingMissing = createMissingResendLoop({ ...resendDeps, missing });
  const recounter = createRecounter({ database, commit, log, onCorrected: counters.corrected }, options);
  const loops = [
    dispatching,
    resending,
    resendingMissing,
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
    createLoop({ name: 'recount', everyMs: RECOUNT_EVERY_MS, run: recounter.run, log }),
    createHealthLoop(database, log),
    createLoop({ name: 'samples', everyMs: SAMPLE_EVERY_MS, run: () => takeSample(database), log }),
  ];

  const deliveries = createDeliveriesReader(deps.reads);
  const alerts = createAlertsReader(deps.reads, deliveries);
  return {
    gateway,
    routes: [
      ...createResendRoutes({ alerts, deliveries, resend }),
      ...createBulkResendRoutes({
        ...{ database, reads: deps.reads, missing },
        wake: () => {
          resending.wake();
          resendingMissing.wake();
        },
      }),
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

/** The first time it looks at every destination: nobody may have looked for a while. */
function createHealthLoop(database: Database, log: Logger) {
  let all = true;
  return createLoop({
    name: 'health',
    everyMs: HEALTH_EVERY_MS,
    async run() {
      await evaluateHealth(database, { all });
      all = false;
    },
    log,
  });
}

/** Counts what is committed; what waits is read from Postgres at each scrape. */
function createStatusMetrics(metrics: Metrics, database: Database) {
  const attempts = metrics.counter({
    name: 'tocsin_attempts_total',
    help: 'Attempts committed, by result: succeeded, or the code of the error.',
    labelNames: ['result'],
  });
  const ended = metrics.counter({
    name: 'tocsin_deliveries_failed_total',
    help: 'Deliveries that failed.',
  });
  const corrected = metrics.counter({
    name: 'tocsin_counts_corrected_total',
    help: 'Destinations and alerts whose counts were not those of their deliveries, and were corrected.',
    labelNames: ['of'],
  });
  metrics.gauge({
    name: 'tocsin_deliveries_open',
    help: 'Deliveries that are not finished: waiting in Postgres, queued or in flight, in their backoff delay.',
    labelNames: ['state'],
    async collect() {
      // The other metrics are wanted most when the database is unavailable.
      const { rows } = await database.pool
        .query<{ waiting: number; queued: number; delayed: number }>(
          `SELECT coalesce(sum(waiting), 0)::float8 AS waiting, coalesce(sum(queued), 0)::float8 AS queued,
           coalesce(sum(delayed), 0)::float8 AS delayed FROM destination_health`,
        )
        .catch(() => ({ rows: [] }));
      for (const [state, count] of Object.entries(rows[0] ?? {})) this.set({ state }, count as number);
    },
  });
  return {
    failed(count: number): void {
      ended.inc(count);
    },
    corrected(of: 'destination' | 'alert'): void {
      corrected.inc({ of });
    },
    outcomes(outcomes: Outcome[], verdicts: Verdict[]): void {
      outcomes.forEach((outcome, index) => {
        const kind = verdicts[index]?.kind;
        if (outcome.kind !== 'attempted' || kind === 'superseded') return;
        attempts.inc({ result: outcome.result.error?.code ?? 'succeeded' });
      });
    },
  };
}
