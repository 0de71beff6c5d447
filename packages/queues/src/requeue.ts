import { setTimeout as delay } from 'node:timers/promises';
import { DelayedError, type Job } from 'bullmq';
import { isQueueUnavailable } from './queue-outage.ts';

/** Between two tries while the store is unavailable; milliseconds. */
const TRY_AGAIN_MS = 500;

interface Requeueing {
  job: Job;
  token: string;
  afterMs: number;
  /** While it is not aborted, an unavailable store is tried again; without one, the store is asked once. */
  signal?: AbortSignal;
  /** What the job holds from now on; as before by default. */
  data?: unknown;
}

/**
 * Puts a job that is being processed back to `delayed`, using no attempt. While the store is unavailable, the job is held
 * until it takes it, or the signal is aborted: then, and where the store refuses, the job stalls and comes back by itself.
 * @param onError called with the error where the job could not be requeued
 * @returns the error to throw, from which BullMQ knows that the job was dealt with
 */
export async function requeue(
  { job, token, afterMs, signal, data = job.data }: Requeueing,
  onError: (error: unknown) => void,
): Promise<DelayedError> {
  for (;;) {
    try {
      if (data !== job.data) await job.updateData(data);
      await job.moveToDelayed(Date.now() + Math.max(1, Math.round(afterMs)), token);
      return new DelayedError();
    } catch (error) {
      onError(error);
      if (signal === undefined || signal.aborted || !isQueueUnavailable(error)) return new DelayedError();
      await delay(TRY_AGAIN_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}
