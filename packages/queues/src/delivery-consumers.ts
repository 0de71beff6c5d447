import type { Job } from 'bullmq';
import { applyVerdict, unrecoverable } from './apply-verdict.ts';
import { splitConcurrency } from './concurrency.ts';
import type { ErrorLog } from './error-log.ts';
import { messageOf } from './failure-reason.ts';
import { decodeDelivery } from './job-codec.ts';
import { CUSTOM_BACKOFF, unexpectedDelayMs } from './job-delays.ts';
import { openConsumer } from './open-consumer.ts';
import { deliveryQueueNames } from './queue-names.ts';
import type { Consumer, DeliveryConsumerOptions, JobVerdict, QueueLog, QueueSettings } from './types.ts';

/** Takes delivery jobs of all shards from now on. @throws QueueError `invalid_settings` */
export function createDeliveryConsumers(settings: QueueSettings, options: DeliveryConsumerOptions): Consumer {
  const { log, shards } = settings;
  const shares = splitConcurrency(options.concurrency, shards);
  return openConsumer({
    settings,
    queues: deliveryQueueNames(shards).map((name, shard) => ({ name, concurrency: shares[shard]! })),
    random: Math.random,
    handle: (errors) => async (job, jobId, token, signal) => {
      const { job: delivery, attemptsMax } = read(job, jobId);
      // BullMQ reads these when the job has failed, from here; storing them would cost memory in every waiting job.
      Object.assign(job.opts, { attempts: attemptsMax, backoff: CUSTOM_BACKOFF });
      const context = { jobId, attemptsMade: job.attemptsMade, signal };
      const verdict = await verdictOf(() => options.process(delivery, context), {
        jobId,
        signal,
        errors,
        log,
      });
      await applyVerdict({ job, token, severityRank: delivery.severityRank, errors, log }, verdict);
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

// What cannot be read will not be read next time either; the dispatcher sees the failed job and queues the delivery anew.
function read(job: Job, jobId: string): ReturnType<typeof decodeDelivery> {
  try {
    return decodeDelivery(jobId, job.data);
  } catch (error) {
    throw unrecoverable(messageOf(error));
  }
}
