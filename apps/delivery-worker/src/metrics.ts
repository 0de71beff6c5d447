import type { AttemptResult } from '@tocsin/contract';
import type { Metrics } from '@tocsin/service';
import type { Reporter } from './reporter.ts';

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
