import type { AlertJob } from '@tocsin/queues';
import type { Logger } from '@tocsin/runtime';

export type ProcessAlerts = (job: AlertJob, context: { signal: AbortSignal }) => Promise<void>;

export interface FailureReport {
  log: Logger;
  observe: { jobFailed(): void };
}

/**
 * Counts jobs that fail, and logs the first of a row and its end: while the status service is away, every waiting job
 * fails again and again.
 */
export function reportFailures(process: ProcessAlerts, { log, observe }: FailureReport): ProcessAlerts {
  let isFailing = false;
  return async (job, context) => {
    try {
      await process(job, context);
      if (isFailing) log.info('alerts are routed again');
      isFailing = false;
    } catch (error) {
      observe.jobFailed();
      const fields = { err: error, alerts: job.alerts.length };
      if (isFailing) log.debug(fields, 'could not route alerts');
      else log.warn(fields, 'could not route alerts; they are tried again until they are routed');
      isFailing = true;
      throw error;
    }
  };
}
