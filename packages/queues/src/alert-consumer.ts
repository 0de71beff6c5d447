import { type Job, UnrecoverableError } from 'bullmq';
import { messageOf } from './failure-reason.ts';
import { decodeAlerts } from './job-codec.ts';
import { AttemptFailedError, alertDelayMs } from './job-delays.ts';
import { openConsumer } from './open-consumer.ts';
import { UnrecoverableJobError } from './queue-error.ts';
import { ALERT_QUEUE } from './queue-names.ts';
import type { AlertConsumerOptions, AlertJob, Consumer, QueueSettings } from './types.ts';

/** Takes alert jobs from now on. @throws QueueError `invalid_settings` */
export function createAlertConsumer(settings: QueueSettings, options: AlertConsumerOptions): Consumer {
  return openConsumer({
    settings,
    queues: [{ name: ALERT_QUEUE, concurrency: options.concurrency }],
    random: Math.random,
    handle: (errors) => async (job, jobId, _token, signal) => {
      const alerts = read(job, jobId);
      try {
        await options.process(alerts, { jobId, signal });
      } catch (error) {
        if (signal.aborted)
          settings.log[errors.level()](
            { event: 'alert_job.aborted', jobId, reason: signal.reason },
            'alert job was aborted',
          );
        if (error instanceof UnrecoverableJobError) throw new UnrecoverableError(messageOf(error));
        throw new AttemptFailedError(messageOf(error), alertDelayMs(job.attemptsMade + 1, Math.random));
      }
    },
  });
}

// What cannot be read will not be read next time either; the alerts are in Postgres, and are queued again from there.
function read(job: Job, jobId: string): AlertJob {
  try {
    return decodeAlerts(jobId, job.data);
  } catch (error) {
    throw new UnrecoverableError(messageOf(error));
  }
}
