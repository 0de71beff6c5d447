import type { Metrics } from '@tocsin/service';
import type { Plan } from '@tocsin/status-gateway';

/** What this process routed. An alert that is routed a second time, after a crash, is counted again. */
export function createRouterMetrics(metrics: Metrics) {
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
