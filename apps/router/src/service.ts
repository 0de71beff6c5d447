import { type Outage, restWhileUnavailable } from '@tocsin/outage';
import type { Consumer } from '@tocsin/queues';
import { createDecider, type DestinationSource } from '@tocsin/routing';
import type { Logger, Metrics } from '@tocsin/service';
import type { StatusGateway } from '@tocsin/status-gateway';
import { createRouterMetrics } from './metrics.ts';
import { createAlertProcessor, type ProcessAlerts, reportFailures } from './process-alerts.ts';
import { createPlanReporter, type DeliveryQueues } from './report-plans.ts';

export interface RouterDeps {
  /** Today's destinations; a `DestinationDirectory` fits. */
  directory: DestinationSource;
  /** The outages of what it needs: the database with the destinations, and the status service in another process. */
  outages: readonly Pick<Outage, 'isIts' | 'failed' | 'over'>[];
  gateway: Pick<StatusGateway, 'commitPlans'>;
  /** Enqueues released deliveries, and reports the state of the queues; a `Producer` fits. */
  queues: DeliveryQueues & { state(): Promise<string> };
  /** Starts taking alert jobs and gives each to `process`. */
  consume: (process: ProcessAlerts) => Pick<Consumer, 'started' | 'state' | 'close'>;
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
  const resting: ProcessAlerts = (job, context) =>
    restWhileUnavailable(outages, () => process(job, context), context);
  const consumer = consume(reportFailures(resting, { log, observe: metrics }));
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
