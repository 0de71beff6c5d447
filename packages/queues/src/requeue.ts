import { DelayedError, type Job } from 'bullmq';
import { messageOf } from './failure-reason.ts';

/**
 * Puts a job that is being processed back to `delayed`, using no attempt. Where the store refuses that, the job stalls
 * and comes back by itself.
 * @param note gets the reason why the job could not be requeued
 * @returns the error to throw, from which BullMQ knows that the job was dealt with
 */
export async function requeue(
  { job, token, afterMs }: { job: Job; token: string; afterMs: number },
  note: (reason: string) => void,
): Promise<DelayedError> {
  try {
    await job.moveToDelayed(Date.now() + Math.max(1, Math.round(afterMs)), token);
  } catch (error) {
    note(messageOf(error));
  }
  return new DelayedError();
}
