import { areAvailable, deferWhileUnavailable, type Outage } from '@tocsin/outage';
import type { Consumer } from '@tocsin/queues';
import { createDecider, type DestinationSource } from '@tocsin/routing';
import type { Logger, Metrics } from '@tocsin/service';
import type { Plan, StatusGateway } from '@tocsin/status-gateway';
import { createAlertProcessor, type ProcessAlerts, reportFailures } from './process-alerts.ts';
import { createPlanReporter, type DeliveryQueues } from './report-plans.ts';

export interface RouterDeps {
  /** Today's destinations; a `DestinationDirectory` fits. */
  directory: DestinationSource;
  /** The outages of what it needs: the database with the destinations, and the status service in another process. */
  outages: readonly Pick<Outage, 'isIts' | 'isOn' | 'failed'>[];
  gateway: Pick<StatusGateway, 'commitPlans'>;
  /** Enqueues released deliveries, and reports the state of the queues; a `Producer` fits. */
  queues: DeliveryQueues & { state(): Promise<string> };
  /** Starts taking alert jobs and gives each to `process`. */
  consume: (process: ProcessAlerts, mayTake: () => boolean) => Pick<Consumer, 'started' | 'state' | 'close'>;
  log: Logger;
  metrics: Metrics;
}

export interface Router {
  /**
   * Resolves once jobs are taken, or the queue is waited for in the background. @throws QueueError where it is unfit
   */
  started(): Promise<void>;
  readiness(): Promise<Record<string, string>>;
  /** Takes no more jobs and lets those under way end. What does not end in time comes again elsewhere. */
  close(): Promise<void>;
}

/**
 * Decides where alerts go, has the decisions committed, and enqueues the deliveries that the status service releases.
 * Writes nothing itself.
 */
export function createRouter(deps: RouterDeps): Router {
  const { directory, outages, gateway, queues, consume, log } = deps;
  const metrics = createRouterMetrics(deps.metrics);
  const plans = createPlanReporter({ gateway, queues, log, observe: metrics });
  const decider = createDecider({ destinations: directory });
  const process = createAlertProcessor({ decider, plans });
  const deferring: ProcessAlerts = (job, context) =>
    deferWhileUnavailable(outages, () => process(job, context), context);
  const consumer = consume(reportFailures(deferring, { log, observe: metrics }), () => areAvailable(outages));
  return {
    started: () => consumer.started(),
    readiness: async () => ({
      queues: await queues.state(),
      alertQueue: consumer.state(),
    }),
    close: async () => {
      await consumer.close();
      await plans.close();
    },
  };
}

/** What this process routed. An alert that is routed a second time, after a crash, is counted again. */
function createRouterMetrics(metrics: Metrics) {
  const routed = metrics.counter({
    name: 'tocsin_alerts_routed_total',
    help: 'Alerts whose plan was committed, by the rule that decided.',
    labelNames: ['rule'],
  });
  const unrouted = metrics.counter({
    name: 'tocsin_alerts_unrouted_total',
    help: 'Alerts whose plan was committed and names no destination.',
  });
  const planned = metrics.counter({
    name: 'tocsin_deliveries_planned_total',
    help: 'Deliveries in committed plans.',
  });
  const notQueued = metrics.counter({
    name: 'tocsin_deliveries_not_queued_total',
    help: 'Released deliveries that could not be added to a queue and were left to the dispatcher.',
  });
  const jobsFailed = metrics.counter({
    name: 'tocsin_alert_jobs_failed_total',
    help: 'Runs of alert jobs that failed and are tried again.',
  });
  return {
    committed(plans: readonly Plan[]): void {
      for (const { decision } of plans) {
        routed.inc({ rule: decision.rule });
        planned.inc(decision.destinationIds.length);
        if (decision.destinationIds.length === 0) unrouted.inc();
      }
    },
    notQueued: (count: number) => notQueued.inc(count),
    jobFailed: () => jobsFailed.inc(),
  };
}
