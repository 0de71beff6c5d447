import type { AttemptResult } from '@tocsin/contract';
import { areAvailable, deferWhileUnavailable, type Outage } from '@tocsin/outage';
import type { Consumer } from '@tocsin/queues';
import type { Sealer } from '@tocsin/secrets';
import type { Metrics } from '@tocsin/service';
import type { StatusGateway } from '@tocsin/status-gateway';
import type { Database, DestinationDirectory } from '@tocsin/store';
import type { WebhookSender } from '@tocsin/webhook';
import type { Logger } from 'pino';
import { createAlertBodies } from './alert-bodies.ts';
import { createDestinationTurns } from './destination-turns.ts';
import { createDeliveryProcessor, type ProcessDelivery } from './process-delivery.ts';
import { createReporter, type Reporter } from './reporter.ts';

export interface DeliveryWorkerDeps {
  database: Database;
  /** The outage of the status service, or of the database where both are in this process. */
  gatewayOutage: Outage;
  directory: DestinationDirectory;
  gateway: StatusGateway;
  sender: WebhookSender;
  /** Seals what a job carries from one worker to another. */
  sealer: Sealer;
  /** Starts taking jobs and gives each to `process`. */
  consume: (process: ProcessDelivery, mayTake: () => boolean) => Consumer;
  log: Logger;
  metrics: Metrics;
}

export interface DeliveryWorker {
  /**
   * Resolves once jobs are taken, or the queues are waited for in the background. @throws QueueError where they are
   * unfit
   */
  started(): Promise<void>;
  readiness(): Promise<Record<string, string>>;
  /** Takes no more jobs, lets running attempts end and be reported, within the deadline. */
  close(): Promise<void>;
}

/**
 * Longer than any attempt may take (30 s), so that a drained worker repeats nothing; the process's own deadline rules.
 */
const DRAIN_MS = 31_000;

/** Takes delivery jobs, POSTs, and reports the outcomes. Writes to `destination_turns` alone. */
export function createDeliveryWorker(deps: DeliveryWorkerDeps): DeliveryWorker {
  const bodies = createAlertBodies(deps.database);
  const reporter = createReporter(deps);
  const metrics = createWorkerMetrics(deps.metrics, reporter);
  const turns = createDestinationTurns(deps.database);
  const processor = createDeliveryProcessor({ ...deps, bodies, reporter, turns, observe: metrics.attempt });
  const outages = [...new Set([deps.database.outage, deps.gatewayOutage])];
  // A job is left to other workers, which may have what this one lacks. That repeats no POST: once a POST is made, only
  // its report is left, and nothing is thrown.
  const consumer = deps.consume(
    (job, context) => deferWhileUnavailable(outages, () => processor.process(job, context), context),
    () => areAvailable(outages),
  );
  return {
    started: () => consumer.started(),
    readiness: async () => ({
      deliveryQueues: consumer.state(),
      outcomesHeld: String(reporter.pending()),
    }),
    close: async () => {
      await consumer.close({ timeoutMs: DRAIN_MS });
      await reporter.close();
      await processor.close();
      await bodies.close();
      await turns.close();
    },
  };
}

/** What this process did; totals over all processes are the status service's. */
export function createWorkerMetrics(metrics: Metrics, reporter: Pick<Reporter, 'pending'>) {
  const durations = metrics.histogram({
    name: 'tocsin_attempt_duration_seconds',
    help: 'How long attempts took, by result: succeeded, or the code of the error.',
    labelNames: ['result'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
  });
  const repeated = metrics.counter({
    name: 'tocsin_attempts_repeated_total',
    help: 'Attempts whose POST was made a second time at once, because a reused connection turned out closed.',
  });
  metrics.gauge({
    name: 'tocsin_outcomes_held',
    help: 'Outcomes of attempts that this process has not been able to report yet.',
    collect() {
      this.set(reporter.pending());
    },
  });
  return {
    attempt(result: AttemptResult): void {
      durations.observe({ result: result.error?.code ?? 'succeeded' }, result.durationMs / 1000);
      if (result.repeated) repeated.inc();
    },
  };
}
