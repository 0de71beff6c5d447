import { DelayedError, type Job } from 'bullmq';

/**
 * Puts a job that is being processed back to `delayed`, using no attempt. Where the store refuses that, the job stalls
 * and comes back by itself.
 * @param note called with the error where the job could not be requeued
 * @returns the error to throw, from which BullMQ knows that the job was dealt with
 */
export async function requeue(
  { job, token, afterMs }: { job: Job; token: string; afterMs: number },
  note: (error: unknown) => void,
): Promise<DelayedError> {
  try {
    await job.moveToDelayed(Date.now() + Math.max(1, Math.round(afterMs)), token);
  } catch (error) {
    note(error);
  }
  return new DelayedError();
}
