import { type Job, UnrecoverableError } from 'bullmq';
import type { ErrorLog } from './error-log.ts';
import { errorFields, failureReason, messageOf } from './failure-reason.ts';
import { decodeAlerts, decodeDelivery, deliveryPriority } from './job-codec.ts';
import { AttemptFailedError, alertDelayMs, CUSTOM_BACKOFF, unexpectedDelayMs } from './job-delays.ts';
import { openConsumer } from './open-consumer.ts';
import { UnrecoverableJobError } from './queue-error.ts';
import { ALERT_QUEUE, deliveryQueueNames } from './queue-names.ts';
import { requeue } from './requeue.ts';
import type {
  AlertConsumerOptions,
  AlertJobVerdict,
  Consumer,
  DeliveryConsumerOptions,
  JobVerdict,
  QueueLog,
  QueueSettings,
} from './types.ts';

/**
 * A delivery this old waits for a receiver's answer, which takes memory and no processor: others may begin beside it.
 * Milliseconds; longer than most answers take, so that places bound what is really being done.
 */
const OLD_DELIVERY_MS = 250;

/** Deliveries at once for each place, those included that only wait; each takes some 50 KiB and a socket. */
const DELIVERIES_PER_PLACE_MAX = 10;

/** Takes delivery jobs of all shards from now on. @throws QueueError `invalid_settings` */
export function createDeliveryConsumers(settings: QueueSettings, options: DeliveryConsumerOptions): Consumer {
  const { log, shards } = settings;
  const shares = splitConcurrency(options.concurrency, shards);
  return openConsumer({
    settings,
    queues: deliveryQueueNames(shards).map((name, shard) => ({
      name,
      places: shares[shard]!,
      jobsMax: shares[shard]! * DELIVERIES_PER_PLACE_MAX,
      oldAfterMs: OLD_DELIVERY_MS,
    })),
    mayTake: options.mayTake,
    random: Math.random,
    handle:
      (errors) =>
      async ({ job, jobId, token, signal, place }) => {
        const { job: delivery, attemptsMax } = readOrEnd(() => decodeDelivery(jobId, job.data));
        // BullMQ reads these when the job has failed, from here; storing them would cost memory in every waiting job.
        Object.assign(job.opts, { attempts: attemptsMax, backoff: CUSTOM_BACKOFF });
        const context = {
          ...{ jobId, attemptsMade: job.attemptsMade, signal, leavePlace: place.leave },
          isCrowded: !place.belongTo(delivery.destinationId),
        };
        const verdict = await verdictOf(() => options.process(delivery, context), {
          jobId,
          signal,
          errors,
          log,
        });
        await applyVerdict({ job, token, signal, severityRank: delivery.severityRank, errors, log }, verdict);
      },
  });
}

/** Alerts at once: a waiting one of higher severity cannot overtake those that were taken. */
const ALERTS_AT_ONCE = 1_600;

/** A job is at least an alert, and may be 200 of them. */
const ALERT_JOBS_MAX = 100;

/** Takes alert jobs from now on. @throws QueueError `invalid_settings` */
export function createAlertConsumer(settings: QueueSettings, options: AlertConsumerOptions): Consumer {
  const { log } = settings;
  return openConsumer({
    settings,
    queues: [
      {
        name: ALERT_QUEUE,
        places: options.alertsAtOnce ?? ALERTS_AT_ONCE,
        jobsMax: ALERT_JOBS_MAX,
        // What is slow here is Tocsin itself: more at once would only wait longer.
        oldAfterMs: Number.POSITIVE_INFINITY,
      },
    ],
    mayTake: options.mayTake,
    random: Math.random,
    handle:
      (errors) =>
      async ({ job, jobId, token, signal, place }) => {
        const alerts = readOrEnd(() => decodeAlerts(jobId, job.data));
        place.weigh(alerts.alerts.length);
        let verdict: AlertJobVerdict;
        try {
          verdict = await options.process(alerts, { jobId, signal });
        } catch (error) {
          if (signal.aborted)
            log[errors.level()](
              { event: 'alert_job.aborted', jobId, reason: signal.reason },
              'alert job was aborted',
            );
          if (error instanceof UnrecoverableJobError) throw unrecoverable(messageOf(error));
          throw new AttemptFailedError(messageOf(error), alertDelayMs(job.attemptsMade + 1, Math.random));
        }
        if (verdict.kind === 'deferred')
          throw await requeueJob({ job, token, signal, errors, log }, verdict.afterMs);
      },
  });
}

interface JobToHandle {
  jobId: string;
  signal: AbortSignal;
  errors: Pick<ErrorLog, 'level'>;
  log: QueueLog;
}

async function verdictOf(
  process: () => Promise<JobVerdict>,
  { jobId, signal, errors, log }: JobToHandle,
): Promise<JobVerdict> {
  try {
    return await process();
  } catch (error) {
    if (signal.aborted)
      log[errors.level()](
        { event: 'delivery_job.aborted', jobId, reason: signal.reason },
        'delivery job was aborted',
      );
    else
      log.error({ event: 'delivery_job.failed', jobId, err: error }, 'delivery job failed; it is requeued');
    return { kind: 'deferred', afterMs: unexpectedDelayMs(Math.random) };
  }
}

// A job that cannot be read now never can be. Its content is in Postgres, and is enqueued again from there.
function readOrEnd<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw unrecoverable(messageOf(error));
  }
}

/**
 * Splits a process's concurrency over its queues as evenly as it goes, at least 1 each.
 * @example splitConcurrency(10, 4) // [3, 3, 2, 2]
 */
export function splitConcurrency(total: number, queues: number): number[] {
  const share = Math.floor(total / queues);
  const remainder = total - share * queues;
  return Array.from({ length: queues }, (_, index) => Math.max(1, share + (index < remainder ? 1 : 0)));
}

interface DeferDeps {
  job: Job;
  token: string;
  signal: AbortSignal;
  errors: Pick<ErrorLog, 'level'>;
  log: QueueLog;
}

interface VerdictDeps extends DeferDeps {
  severityRank: number;
}

/** Applies a verdict to a delivery job in BullMQ's way: by returning, or by the error that is thrown. */
async function applyVerdict(
  { job, token, signal, severityRank, errors, log }: VerdictDeps,
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
      throw await requeueJob({ job, token, signal, errors, log }, verdict.afterMs);
  }
}

/** Puts a job back into its queue. @returns the error to throw then */
function requeueJob({ job, token, signal, errors, log }: DeferDeps, afterMs: number): Promise<Error> {
  return requeue({ job, token, afterMs, signal }, (error) =>
    log[errors.level()](
      { event: 'job.requeue_failed', jobId: job.id, err: errorFields(error) },
      'job could not be requeued',
    ),
  );
}

/** An error that ends a job at once, whatever attempts it has left. */
function unrecoverable(reason: string): UnrecoverableError {
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
    log.debug(
      { event: 'job.reprioritize_failed', jobId: job.id, err: errorFields(error) },
      'a retry keeps its priority',
    );
  }
}
