import type { RetryPolicy } from '@tocsin/contract';
import type { HttpPart } from '@tocsin/http';
import { createDeliveryEnqueuer, type Producer } from '@tocsin/queues';
import { createDecider } from '@tocsin/routing';
import type { Metrics } from '@tocsin/service';
import type { StatusGateway } from '@tocsin/status-gateway';
import { createRoutingDirectory, type Database, databaseProblem } from '@tocsin/store';
import type { Logger } from 'pino';
import { countBacklogs } from './backlog/read-backlogs.ts';
import { watchBacklogs } from './backlog/watch-backlogs.ts';
import type { ResendRequest } from './commit/apply-resend.ts';
import { createCommitter } from './commit/committer.ts';
import { createReportGroups } from './commit/report-groups.ts';
import { wakeWhereRoomIsBack } from './commit/wake-where-room-is-back.ts';
import type { BacklogReason } from './delivery/backlog-reason.ts';
import { createDispatcher, type DispatcherQueues } from './dispatcher/dispatcher.ts';
import { evaluateHealth } from './health/evaluate-health.ts';
import { logEnded } from './log-ended.ts';
import { logFlows } from './log-flows.ts';
import { createLoop } from './loop/loop.ts';
import { maintain } from './maintenance/maintain.ts';
import { createRecounter } from './maintenance/recount.ts';
import { createLook } from './metrics/look.ts';
import { createStatusMetrics } from './metrics/status-metrics.ts';
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
  /** A `Producer` fits. */
  queues: DispatcherQueues & Pick<Producer, 'state' | 'depths' | 'onAvailable'>;
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
const BACKLOGS_EVERY_MS = 10_000;

/** The only writer of deliveries, attempts and their counts. Reading them is `createReadApi`. */
export function createStatusService(deps: StatusServiceDeps, options: StatusServiceOptions): StatusService {
  const { database, queues, log } = deps;
  const backlogs = createLook(() => countBacklogs(database));
  const counters = createStatusMetrics({ ...deps, backlogs });
  const { commit } = createCommitter({
    database,
    defaults: options.defaults,
    shards: options.shards,
    random: deps.random ?? Math.random,
    onEnded: (ended) => {
      counters.ended(ended);
      logEnded(log, ended);
    },
    onFlows: (flows) => logFlows(log, flows),
  });

  const enqueue = createDeliveryEnqueuer({ queues, log });

  /** For what the dispatcher does not commit itself. */
  const releasing = {
    commit: wakeWhereRoomIsBack(commit, { hasRoom: queues.hasRoom, wake: () => dispatching.wake() }),
    ...{ hasRoom: queues.hasRoom, enqueue },
  };
  const groups = createReportGroups(releasing);
  const gateway: StatusGateway = {
    commitPlans: groups.commitPlans,
    async commitOutcomes(outcomes) {
      const verdicts = await groups.commitOutcomes(outcomes);
      counters.outcomes(outcomes, verdicts);
      return verdicts;
    },
  };

  async function resend(request: ResendRequest): Promise<string[]> {
    const { result: deliveryIds, jobs } = await releasing.commit('resend', request, {
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
  const resendDeps = { ...releasing, database, log };
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
    createLoop({
      name: 'backlogs',
      everyMs: BACKLOGS_EVERY_MS,
      run: () => watchBacklogs(database, log),
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
    readiness: async () => ({ queues: await queues.state(), backlogs: describeBacklogs(await backlogs()) }),
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

/** At how many destinations due deliveries wait in Postgres, by reason. */
function describeBacklogs(counts: Map<BacklogReason, number> | null): string {
  if (counts === null) return 'unknown';
  return [...counts].map(([reason, count]) => `${reason}: ${count}`).join(', ') || 'none';
}
