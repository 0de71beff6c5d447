import { setTimeout as delay } from 'node:timers/promises';
import type { BullWorker, JobProcessor, WorkerStore, WorkerTuning } from './bull-worker.ts';
import { checkedSettings } from './check-settings.ts';
import { settledWithin } from './deadline.ts';
import { type ErrorLog, openErrorLog } from './error-log.ts';
import { jobRetryDelayMs } from './job-delays.ts';
import { createActiveJobs, guardJobs, type JobHandler } from './job-guard.ts';
import { createPlaces, type PlacesOptions } from './places.ts';
import { openPostgresWorkerStore } from './postgres-worker-store.ts';
import { isUnfit, QueueError } from './queue-error.ts';
import { openRedisWorkerStore } from './redis-worker-store.ts';
import { type RunningWorker, runWorker } from './running-worker.ts';
import type { Consumer, ConsumerState, QueueSettings } from './types.ts';

const CLOSE_TIMEOUT_MS = 25_000;
/** As long as a producer waits for a store that is unavailable. */
const START_WAIT_MS = 5_000;
/** How often a store that is unfit, or does not answer, is tried again. */
const PREPARE_AGAIN_MS = 1_000;
/**
 * BullMQ fails a job after one crash of a worker by default. No crash uses up an attempt, and none is counted:
 * a job that BullMQ gives up on is dispatched again, and the delivery's dispatch number says how often that was.
 * `maxStartedAttempts` stays unset for the same reason: it counts every job that was requeued.
 */
const STALLED_COUNT_MAX = 1_000;
/** How often a worker repeats a command that the store refused; the default of 15 s is longer than a lock lasts. */
const STORE_RETRY_MS = 500;
/**
 * For Bull Board to show; per queue. The record is in Postgres. Few on the Postgres backend, which walks through all that
 * it keeps each time a job completes.
 */
const KEEP_COMPLETED = { redis: { count: 100 }, postgres: { count: 10 } };
const KEEP_FAILED = { count: 1_000, age: 7 * 24 * 3_600 };

type Unfitness = Extract<ConsumerState, 'wrong_eviction_policy' | 'cluster_mode'>;

/** Starts one worker per queue, all with one handler and the same places. */
export function openConsumer(deps: {
  settings: QueueSettings;
  queueNames: string[];
  limits: PlacesOptions;
  /** @param errors gives the level of lines about effects of an outage of the store */
  handle: (errors: Pick<ErrorLog, 'level'>) => JobHandler;
  /** Asked all the time: while it is false, no job is taken. */
  mayTake?: (() => boolean) | undefined;
  random: () => number;
}): Consumer {
  const { mayTake = () => true } = deps;
  const { lockDurationMs, stalledIntervalMs, ...checked } = checkedSettings(deps.settings);
  const { backend, log } = checked;
  for (const count of Object.values(deps.limits)) {
    if (Number.isInteger(count) && count >= 1) continue;
    throw new QueueError('invalid_settings', `concurrency must be a positive integer, not ${count}`);
  }
  const errors = openErrorLog(checked);
  const store =
    backend.kind === 'redis'
      ? openRedisWorkerStore({ config: backend, errors })
      : openPostgresWorkerStore({ config: backend });
  const tuning: WorkerTuning = {
    autorun: false,
    lockDuration: lockDurationMs,
    stalledInterval: stalledIntervalMs,
    maxStalledCount: STALLED_COUNT_MAX,
    runRetryDelay: STORE_RETRY_MS,
    removeOnComplete: KEEP_COMPLETED[backend.kind],
    removeOnFail: KEEP_FAILED,
    settings: { backoffStrategy: (_attempts, _type, error) => jobRetryDelayMs(error, deps.random) },
  };
  const handle = deps.handle(errors);
  const shared = createPlaces(deps.limits);
  const run = (name: string): RunningWorker => {
    const activeJobs = createActiveJobs();
    const places = shared.forQueue();
    const processor: JobProcessor = guardJobs({ activeJobs, places, lockDurationMs, handle });
    const create = (): BullWorker => store.createWorker(name, processor, tuning);
    return runWorker({ create, activeJobs, places, mayTake, lockDurationMs, log, errors });
  };
  return consumerOf({ store, run: () => deps.queueNames.map(run), mayTake, errors });
}

function consumerOf(deps: {
  store: WorkerStore;
  run: () => RunningWorker[];
  mayTake: () => boolean;
  errors: Pick<ErrorLog, 'note' | 'close'>;
}): Consumer {
  const { store, errors } = deps;
  const closer = new AbortController();
  let workers: RunningWorker[] = [];
  let closing: Promise<void> | undefined;
  let unfit: Unfitness | undefined;
  let isReady = false;

  /** Tries until the store is fit to work on. @param refuse called at once if the store answers and is unfit */
  async function prepare(refuse: (error: QueueError) => void): Promise<void> {
    while (!closing) {
      try {
        return await store.prepare();
      } catch (error) {
        if (closing) break;
        errors.note(error);
        unfit = isUnfit(error) ? error.code : undefined;
        if (isUnfit(error)) refuse(error);
        await delay(PREPARE_AGAIN_MS, undefined, { signal: closer.signal }).catch(() => undefined);
      }
    }
    throw closedBeforeReady();
  }

  async function start(refuse: (error: QueueError) => void): Promise<void> {
    await prepare(refuse);
    if (closing) throw closedBeforeReady();
    unfit = undefined;
    workers = deps.run();
    await Promise.all(workers.map((worker) => worker.ready()));
    isReady = true;
    // Another Redis may answer at its address by now: BullMQ goes on with it, so it is checked again.
    store.onConnected(() => void look());
  }

  async function look(): Promise<void> {
    try {
      await store.prepare();
      unfit = undefined;
    } catch (error) {
      errors.note(error);
      if (isUnfit(error)) unfit = error.code;
    }
  }

  const readiness = new Promise<void>((resolve, reject) => {
    start(reject).then(resolve, reject);
  });
  readiness.catch(() => {});

  async function closeAll(timeoutMs: number): Promise<void> {
    closer.abort();
    errors.close();
    await Promise.allSettled(workers.map((worker) => worker.close(timeoutMs)));
    store.close();
  }

  function state(): ConsumerState {
    if (closing) return 'closed';
    if (unfit !== undefined) return unfit;
    if (!isReady || !store.isConnected()) return 'unavailable';
    return deps.mayTake() ? 'ok' : 'resting';
  }

  return {
    ready: () => readiness,
    async started() {
      if (await settledWithin(readiness, START_WAIT_MS)) await readiness;
    },
    state,
    close({ timeoutMs = CLOSE_TIMEOUT_MS } = {}) {
      closing ??= closeAll(timeoutMs);
      return closing;
    },
  };
}

function closedBeforeReady(): QueueError {
  return new QueueError('closed', 'the consumer was closed before it was ready');
}
