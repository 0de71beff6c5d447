import { createFailureLog } from '@tocsin/outage';
import type { AlertJob } from '@tocsin/queues';
import type { Logger } from '@tocsin/service';

export type ProcessAlerts = (job: AlertJob, context: { signal: AbortSignal }) => Promise<void>;

export interface FailureReport {
  log: Logger;
  observe: { jobFailed(): void };
}

/** Counts jobs that fail, and logs the first of a row and its end. */
export function reportFailures(process: ProcessAlerts, { log, observe }: FailureReport): ProcessAlerts {
  const failures = createFailureLog({
    failing: {
      event: 'alert.route_failed',
      message: 'could not route alerts; they are tried again until they are routed',
    },
    working: { event: 'alert.route_resumed', message: 'alerts are routed again' },
    log,
  });
  return async (job, context) => {
    try {
      await process(job, context);
      failures.succeeded();
    } catch (error) {
      observe.jobFailed();
      failures.failed(error, { alerts: job.alerts.length });
      throw error;
    }
  };
}
