import { setTimeout as delay } from 'node:timers/promises';
import type { BullWorker } from './bull-worker.ts';
import { settledWithin } from './deadline.ts';
import type { ErrorLog } from './error-log.ts';
import { ABORT_REASONS, type ActiveJobs } from './job-guard.ts';
import type { Places } from './places.ts';
import { QueueError } from './queue-error.ts';
import type { QueueLog } from './types.ts';

const RESTART_MS = 1_000;
/** Time for an aborted job to end, and for the store to record it. */
const GRACE_MS = 1_000;
const DISCONNECT_WAIT_MS = 2_000;
/** How often it is looked for jobs that have become old, and whether jobs may be taken. */
const LOOK_MS = 50;

/** One queue's worker, from start to end. */
export interface RunningWorker {
  ready(): Promise<void>;
  close(timeoutMs: number): Promise<void>;
}

/**
 * Runs a worker: makes it anew while it cannot start, aborts the signals of jobs that are no longer ours, and closes it
 * within a deadline, which BullMQ's own `close()` does not have while its store is unavailable.
 */
export function runWorker(deps: {
  create: () => BullWorker;
  activeJobs: ActiveJobs;
  places: Places;
  mayTake: () => boolean;
  lockDurationMs: number;
  log: QueueLog;
  errors: ErrorLog;
}): RunningWorker {
  const { activeJobs, places, mayTake, log, errors } = deps;
  let closing: Promise<void> | undefined;
  let worker = start();
  let isResting = false;
  /** The worker may take more, and only waits for one of its jobs to end. */
  let isUnaware = false;
  let jobsBefore = 0;

  places.onUpdate((concurrency, jobs) => {
    if (concurrency > worker.concurrency && jobs >= worker.concurrency) isUnaware = true;
    // One has ended: by itself the worker looks for more.
    if (jobs < jobsBefore) isUnaware = false;
    jobsBefore = jobs;
    if (concurrency !== worker.concurrency) worker.concurrency = concurrency;
  });

  function look(): void {
    places.look();
    if (closing !== undefined) return;
    const mustWake = isUnaware || (isResting && mayTake());
    if (mustWake || !mayTake()) void worker.pause(true);
    isResting = !mayTake();
    isUnaware = false;
    // To BullMQ, going on after a pause is the way to make it look for more jobs than it knew that it may have.
    if (mustWake && !isResting) void worker.resume();
  }
  const looking = setInterval(look, LOOK_MS);
  looking.unref();

  function start(): BullWorker {
    const started = deps.create();
    const queue = started.name;
    started.on('error', (error) => errors.note(error, { queue }));
    started.on('stalled', (jobId) => {
      log[errors.level()](
        { event: 'job.stalled', queue, jobId },
        'job had lost its worker and is enqueued again',
      );
    });
    started.on('lockRenewalFailed', (jobIds) => {
      for (const jobId of jobIds) started.cancelJob(jobId, ABORT_REASONS.lockLost);
    });
    return started;
  }

  const stallDetector = detectStalls({
    thresholdMs: deps.lockDurationMs,
    now: () => performance.now(),
    onStall(stalledMs) {
      log.warn(
        { event: 'process.stalled', queue: worker.name, stalledMs: Math.round(stalledMs) },
        'process stood still; its jobs are aborted',
      );
      worker.cancelAllJobs(ABORT_REASONS.frozen);
    },
  });

  // BullMQ's Postgres backend never tries a failed start again: such a worker never works.
  async function becomeReady(): Promise<void> {
    while (!closing) {
      try {
        return await worker.waitUntilReady();
      } catch (error) {
        errors.note(error, { queue: worker.name });
        await settledWithin(worker.close(true), DISCONNECT_WAIT_MS);
        await delay(RESTART_MS);
        if (!closing) worker = start();
      }
    }
    throw new QueueError('closed', 'the worker was closed before it was ready');
  }
  const readiness = becomeReady();
  readiness.catch(() => {});

  async function closeWithin(timeoutMs: number): Promise<void> {
    stallDetector.stop();
    clearInterval(looking);
    const closed = new AbortController();
    // Takes no more, and ends when the running jobs have ended and the store has recorded it: never, while the store is unavailable.
    const drained = worker.pause().catch((error: unknown) => {
      errors.note(error, { queue: worker.name });
      return new Promise<never>(() => {});
    });
    const end = () => Promise.race([drained, idle(activeJobs, closed.signal)]);
    if (!(await settledWithin(end(), timeoutMs))) {
      worker.cancelAllJobs(ABORT_REASONS.closing);
      await settledWithin(end(), 2 * GRACE_MS);
    }
    closed.abort();
    await settledWithin(worker.close(true), DISCONNECT_WAIT_MS);
  }

  return {
    ready: () => readiness,
    close(timeoutMs) {
      closing ??= closeWithin(timeoutMs);
      return closing;
    },
  };
}

/** Resolves when no job has been active for a while: by then the store has recorded what it can record. */
async function idle(activeJobs: ActiveJobs, signal: AbortSignal): Promise<void> {
  do {
    await activeJobs.whenNone();
    await delay(GRACE_MS, undefined, { signal });
  } while (!activeJobs.isEmpty());
}

/**
 * Notices that this process did not run for longer than a lock lasts (stopped, swapped out, blocked by a long
 * computation): the jobs it holds may by then run elsewhere. Timers come before any reply in Node's event loop, so the
 * stall is noticed before a half-done job goes on, and before the store reports the lost lock.
 * @param now a monotonic clock in milliseconds
 */
function detectStalls(options: {
  thresholdMs: number;
  onStall: (stalledMs: number) => void;
  now: () => number;
}): { stop(): void } {
  let last = options.now();
  const timer = setInterval(() => {
    const previous = last;
    last = options.now();
    if (last - previous > options.thresholdMs) options.onStall(last - previous);
  }, options.thresholdMs / 4);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}
