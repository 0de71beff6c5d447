import { type Job, UnrecoverableError } from 'bullmq';
import type { ErrorLog } from './error-log.ts';
import { errorFields, failureReason, messageOf } from './failure-reason.ts';
import {
  type DeliveryData,
  decodeAlerts,
  decodeDelivery,
  deliveryPriority,
  type Urgency,
  withNote,
} from './job-codec.ts';
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
 * Deliveries that are worked on at once: read, signed, judged, ended. One thread does all of it, and every further one makes
 * the others wait, fresh ones too (docs/adr/0043-what-is-fresh-waits-for-no-backlog.md).
 */
const PLACES = 12;
/** While that thread has time to spare: then it is Postgres or Redis that answer slowly. */
const PLACES_MAX = 128;

/** Takes delivery jobs of all shards from now on. @throws QueueError `invalid_settings` */
export function createDeliveryConsumers(settings: QueueSettings, options: DeliveryConsumerOptions): Consumer {
  const { log, shards } = settings;
  const { concurrency } = options;
  return openConsumer({
    settings,
    queueNames: deliveryQueueNames(shards),
    limits: {
      ...{ places: Math.min(concurrency, PLACES), placesMax: Math.min(concurrency, PLACES_MAX) },
      jobsMax: concurrency,
    },
    mayTake: options.mayTake,
    random: Math.random,
    handle:
      (errors) =>
      async ({ job, jobId, token, signal, place }) => {
        const { job: delivery, attemptsMax, note } = readOrEnd(() => decodeDelivery(jobId, job.data));
        // BullMQ reads these when the job has failed, from here; storing them would cost memory in every waiting job.
        Object.assign(job.opts, { attempts: attemptsMax, backoff: CUSTOM_BACKOFF });
        const context = {
          ...{ jobId, attemptsMade: job.attemptsMade, signal, waiting: place.waiting },
          isCrowded: !place.belongTo(delivery.destinationId),
          note,
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
    queueNames: [ALERT_QUEUE],
    limits: { places: options.alertsAtOnce ?? ALERTS_AT_ONCE, jobsMax: ALERT_JOBS_MAX },
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
      await readyForRetry(job, { severityRank, isRetry: true, ahead: verdict.ahead }, log);
      throw new AttemptFailedError(verdict.reason, verdict.afterMs);
    case 'failed':
      throw unrecoverable(verdict.reason);
    case 'deferred': {
      const data = withNote(job.data, verdict.note);
      throw await requeueJob({ job, token, signal, errors, log }, verdict.afterMs, data);
    }
  }
}

/** Puts a job back into its queue. @param data what it holds from now on; as before by default @returns the error to throw then */
function requeueJob(
  { job, token, signal, errors, log }: DeferDeps,
  afterMs: number,
  data?: DeliveryData,
): Promise<Error> {
  return requeue({ job, token, afterMs, signal, data }, (error) =>
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

// A retry keeps its priority in BullMQ, and would come back between the first attempts; and a note was for this taking.
async function readyForRetry(job: Job, retry: Urgency, log: QueueLog): Promise<void> {
  const priority = deliveryPriority(retry);
  const data = withNote(job.data, undefined);
  try {
    if (data !== job.data) await job.updateData(data);
    if (job.priority !== priority) await job.changePriority({ priority });
  } catch (error) {
    log.debug(
      { event: 'job.retry_unready', jobId: job.id, err: errorFields(error) },
      'a retry keeps its priority and its note',
    );
  }
}
