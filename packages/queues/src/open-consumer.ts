import type { BullWorker, JobProcessor, WorkerTuning } from './bull-worker.ts';
import { createErrorLog } from './error-log.ts';
import { createJobsInHand, guardJobs, type JobHandler } from './job-guard.ts';
import { openPostgresWorkerStore } from './postgres-worker-store.ts';
import { QueueError } from './queue-error.ts';
import { openRedisWorkerStore } from './redis-worker-store.ts';
import { retryDelayMs } from './retry-delay.ts';
import { type RunningWorker, runWorker } from './running-worker.ts';
import { checkedSettings } from './settings.ts';
import type { Consumer, QueueSettings } from './types.ts';

const CLOSE_TIMEOUT_MS = 25_000;
/**
 * BullMQ fails a job for good after one crash of a worker by default. Crashes are counted in Postgres, not here.
 * `maxStartedAttempts` stays unset for the same reason: it counts every job that was put back.
 */
const STALLED_COUNT_MAX = 1_000;
/** A worker repeats what the store did not take this often; the default of 15 s outlives a lock. */
const STORE_RETRY_MS = 500;
/**
 * For Bull Board to show; per queue. The record is in Postgres. Few on the Postgres backend, which walks through all that
 * it keeps each time a job completes.
 */
const KEEP_COMPLETED = { redis: { count: 100 }, postgres: { count: 10 } };
const KEEP_FAILED = { count: 1_000, age: 7 * 24 * 3_600 };

/** A queue to take from, and how many jobs at once. */
export interface QueueToConsume {
  name: string;
  concurrency: number;
}

/** Starts one worker per queue, all with one handler. */
export function openConsumer(deps: {
  settings: QueueSettings;
  queues: QueueToConsume[];
  handle: JobHandler;
  random: () => number;
}): Consumer {
  const { backend, log, lockDurationMs, stalledIntervalMs } = checkedSettings(deps.settings);
  for (const { concurrency } of deps.queues) {
    if (Number.isInteger(concurrency) && concurrency > 0) continue;
    throw new QueueError('invalid_settings', `concurrency must be a positive integer, not ${concurrency}`);
  }
  const errors = createErrorLog({ log, now: () => performance.now() });
  const store =
    backend.kind === 'redis'
      ? openRedisWorkerStore({ config: backend, errors })
      : openPostgresWorkerStore({ config: backend });
  const tuning: WorkerTuning = {
    lockDuration: lockDurationMs,
    stalledInterval: stalledIntervalMs,
    maxStalledCount: STALLED_COUNT_MAX,
    runRetryDelay: STORE_RETRY_MS,
    removeOnComplete: KEEP_COMPLETED[backend.kind],
    removeOnFail: KEEP_FAILED,
    settings: { backoffStrategy: (_attempts, _type, error) => retryDelayMs(error, deps.random) },
  };
  const run = ({ name, concurrency }: QueueToConsume): RunningWorker => {
    const inHand = createJobsInHand();
    const processor: JobProcessor = guardJobs({ inHand, lockDurationMs, handle: deps.handle });
    const create = (): BullWorker => store.createWorker(name, processor, { ...tuning, concurrency });
    return runWorker({ create, inHand, lockDurationMs, log, errors });
  };
  return consumerOf({
    prepare: store.prepare,
    run: () => deps.queues.map(run),
    disconnect: store.close,
    errors,
  });
}

function consumerOf(deps: {
  prepare: () => Promise<void>;
  run: () => RunningWorker[];
  disconnect: () => void;
  errors: { note(error: unknown): void };
}): Consumer {
  let workers: RunningWorker[] = [];
  let closing: Promise<void> | undefined;

  async function start(): Promise<void> {
    try {
      await deps.prepare();
    } catch (error) {
      if (!closing) deps.errors.note(error);
      throw closing ? closedBeforeReady() : error;
    }
    if (closing) throw closedBeforeReady();
    workers = deps.run();
    await Promise.all(workers.map((worker) => worker.ready()));
  }
  const readiness = start();
  readiness.catch(() => {});

  async function closeAll(timeoutMs: number): Promise<void> {
    await Promise.allSettled(workers.map((worker) => worker.close(timeoutMs)));
    deps.disconnect();
  }
  return {
    ready: () => readiness,
    close({ timeoutMs = CLOSE_TIMEOUT_MS } = {}) {
      closing ??= closeAll(timeoutMs);
      return closing;
    },
  };
}

function closedBeforeReady(): QueueError {
  return new QueueError('closed', 'the consumer was closed before it was ready');
}
