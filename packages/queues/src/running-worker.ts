import { setTimeout as delay } from 'node:timers/promises';
import type { BullWorker } from './bull-worker.ts';
import { settledWithin } from './deadline.ts';
import type { ErrorLog } from './error-log.ts';
import { ABORT_REASONS, type ActiveJobs } from './job-guard.ts';
import type { QueuePlaces } from './places.ts';
import { QueueError } from './queue-error.ts';
import { type JobTaking, takeJobs } from './take-jobs.ts';
import type { QueueLog } from './types.ts';

const RESTART_MS = 1_000;
/** Time for an aborted job to end, and for the store to record it. */
const GRACE_MS = 1_000;
const DISCONNECT_WAIT_MS = 2_000;
/** How often it is looked whether jobs may be taken again. */
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
  places: QueuePlaces;
  mayTake: () => boolean;
  lockDurationMs: number;
  log: QueueLog;
  errors: ErrorLog;
}): RunningWorker {
  const { activeJobs, places, mayTake, log, errors } = deps;
  let closing: Promise<void> | undefined;
  let worker = start();
  let taking: JobTaking | undefined;

  const looking = setInterval(() => taking?.wake(), LOOK_MS);
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
      for (const jobId of jobIds) activeJobs.abort(jobId, ABORT_REASONS.lockLost);
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
      activeJobs.abortAll(ABORT_REASONS.frozen);
    },
  });

  // BullMQ's Postgres backend never tries a failed start again: such a worker never works.
  async function becomeReady(): Promise<void> {
    while (!closing) {
      try {
        await worker.waitUntilReady();
        await worker.startLooking();
        if (!closing)
          taking = takeJobs({
            worker,
            places,
            mayTake,
            onError: (error) => errors.note(error, { queue: worker.name }),
          });
        return;
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
    // Ends when the running jobs have ended and the store has recorded it: never, while the store is unavailable.
    const drained = taking?.stop();
    const end = () => Promise.race([drained, idle(activeJobs, closed.signal)]);
    if (!(await settledWithin(end(), timeoutMs))) {
      activeJobs.abortAll(ABORT_REASONS.closing);
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
