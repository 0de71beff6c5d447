import { type Job, UnrecoverableError } from 'bullmq';
import type { ErrorLog } from './error-log.ts';
import { failureReason } from './failure-reason.ts';
import { AttemptFailedError } from './job-delays.ts';
import { deliveryPriority } from './job-priority.ts';
import { requeue } from './requeue.ts';
import type { JobVerdict, QueueLog } from './types.ts';

interface VerdictDeps {
  job: Job;
  token: string;
  severityRank: number;
  errors: Pick<ErrorLog, 'level'>;
  log: QueueLog;
}

/** Applies a verdict to a delivery job in BullMQ's way: by returning, or by the error that is thrown. */
export async function applyVerdict(
  { job, token, severityRank, errors, log }: VerdictDeps,
  verdict: JobVerdict,
): Promise<void> {
  switch (verdict.kind) {
    case 'done':
      return;
    case 'retry':
      await yieldToFirstAttempts(job, severityRank, log);
      throw new AttemptFailedError(verdict.reason, verdict.afterMs);
    case 'failed':
      throw unrecoverable(verdict.reason);
    case 'deferred':
      throw await requeue({ job, token, afterMs: verdict.afterMs }, (error) =>
        log[errors.level()](
          { event: 'job.requeue_failed', jobId: job.id, err: error },
          'job could not be requeued',
        ),
      );
  }
}

/** An error that ends a job at once, whatever attempts it has left. */
export function unrecoverable(reason: string): UnrecoverableError {
  const error = new UnrecoverableError(failureReason(reason));
  error.stack = error.message;
  return error;
}

// A retry keeps its priority in BullMQ, and would come back between the first attempts.
async function yieldToFirstAttempts(job: Job, severityRank: number, log: QueueLog): Promise<void> {
  const priority = deliveryPriority(severityRank, true);
  if (job.priority === priority) return;
  try {
    await job.changePriority({ priority });
  } catch (error) {
    log.debug({ event: 'job.reprioritize_failed', jobId: job.id, err: error }, 'a retry keeps its priority');
  }
}
