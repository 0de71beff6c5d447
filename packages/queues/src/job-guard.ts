import { DelayedError, type Job } from 'bullmq';
import type { JobProcessor } from './bull-worker.ts';
import type { JobPlace, QueuePlaces } from './places.ts';
import { requeue } from './requeue.ts';

/** Why a job's signal is aborted; it is the signal's `reason`. */
export const ABORT_REASONS = {
  lockLost: 'the job is no longer ours: its lock was lost',
  frozen: 'the process stood still for longer than a lock lasts',
  closing: 'the worker is closing',
} as const;

/** Jobs of one worker that this process is processing. */
export interface ActiveJobs {
  has(jobId: string): boolean;
  /** @returns the signal that the job is to end by */
  add(jobId: string): AbortSignal;
  delete(jobId: string): void;
  /** Aborts a job's signal; nothing where it is not active. */
  abort(jobId: string, reason: string): void;
  abortAll(reason: string): void;
  isEmpty(): boolean;
  /** Resolves when there is none; at once, when there is none now. */
  whenNone(): Promise<void>;
}

/** An empty {@link ActiveJobs}. */
export function createActiveJobs(): ActiveJobs {
  const controllers = new Map<string, AbortController>();
  let waiting: (() => void)[] = [];
  return {
    has: (jobId) => controllers.has(jobId),
    add(jobId) {
      const controller = new AbortController();
      controllers.set(jobId, controller);
      return controller.signal;
    },
    delete(jobId) {
      controllers.delete(jobId);
      if (controllers.size > 0) return;
      for (const resolve of waiting) resolve();
      waiting = [];
    },
    abort: (jobId, reason) => controllers.get(jobId)?.abort(reason),
    abortAll(reason) {
      for (const controller of controllers.values()) controller.abort(reason);
    },
    isEmpty: () => controllers.size === 0,
    whenNone: () =>
      controllers.size === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve)),
  };
}

const DUPLICATE_WAIT_MS = 1_000;

/** A job's handling once it is known to be ours. */
export type JobHandler = (held: HeldJob) => Promise<void>;

export interface HeldJob {
  job: Job;
  jobId: string;
  token: string;
  signal: AbortSignal;
  place: JobPlace;
}

/**
 * Gives a handler a job only while this worker holds its lock. Otherwise a job would be done twice if the process
 * stalled just after claiming it, or worked on after losing its lock. The result of a handler whose job was lost
 * meanwhile is dropped. The signals are ours: BullMQ loses that of a job which it gives out again to the same worker.
 */
export function guardJobs(deps: {
  activeJobs: ActiveJobs;
  places: Pick<QueuePlaces, 'begin'>;
  lockDurationMs: number;
  handle: JobHandler;
}): JobProcessor {
  const { activeJobs, places, lockDurationMs, handle } = deps;
  return async (job, token) => {
    const jobId = job.id;
    if (jobId === undefined || token === undefined) {
      throw new Error('BullMQ gave out a job without id or token');
    }
    if (activeJobs.has(jobId)) {
      activeJobs.abort(jobId, ABORT_REASONS.lockLost);
      throw await requeue({ job, token, afterMs: DUPLICATE_WAIT_MS }, () => {});
    }
    const signal = activeJobs.add(jobId);
    const place = places.begin();
    try {
      if (isOverdue(job, lockDurationMs) && !(await isStillOurs(job, token, lockDurationMs)))
        throw new DelayedError();
      await handle({ job, jobId, token, signal, place });
    } catch (error) {
      throw isLost(signal) ? new DelayedError() : error;
    } finally {
      place.end();
      activeJobs.delete(jobId);
    }
    // To BullMQ a DelayedError means that the job was dealt with, and that there is nothing to write.
    if (isLost(signal)) throw new DelayedError();
  };
}

function isOverdue(job: Job, lockDurationMs: number): boolean {
  return job.processedOn !== undefined && Date.now() - job.processedOn > lockDurationMs;
}

async function isStillOurs(job: Job, token: string, lockDurationMs: number): Promise<boolean> {
  try {
    return (await job.extendLock(token, lockDurationMs)) > 0;
  } catch {
    return false;
  }
}

function isLost(signal: AbortSignal): boolean {
  return signal.aborted && signal.reason === ABORT_REASONS.lockLost;
}
