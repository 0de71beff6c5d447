import { setTimeout as delay } from 'node:timers/promises';
import type { BackendFactory, IQueueBackend, Job, Worker, WorkerOptions } from 'bullmq';

/** What we use of a BullMQ worker, whatever its backend. */
export type BullWorker = Pick<
  Worker,
  | 'name'
  | 'on'
  | 'waitUntilReady'
  | 'pause'
  | 'resume'
  | 'close'
  | 'cancelJob'
  | 'cancelAllJobs'
  | 'concurrency'
>;

/**
 * A job's processing. It must declare three parameters: BullMQ makes the signal only for a function whose `length` says
 * that it takes one.
 */
export type JobProcessor = (
  job: Job,
  token: string | undefined,
  signal: AbortSignal | undefined,
) => Promise<void>;

/** A worker's options apart from its connection. */
export type WorkerTuning = Omit<WorkerOptions, 'connection' | 'prefix'>;

/** Makes the workers of one consumer on one queue store. */
export interface WorkerStore {
  /** Waits for the store where that can be waited for. @throws QueueError when it is unfit to work on */
  prepare(): Promise<void>;
  /** Calls back each time that the store can be talked to again; it may be another one by then. */
  onConnected(listener: () => void): void;
  /** Whether the store can be talked to now, as far as is known without asking. */
  isConnected(): boolean;
  createWorker(queueName: string, processor: JobProcessor, tuning: WorkerTuning): BullWorker;
  /** To be called after the workers are closed. */
  close(): void;
}

/** How long a worker rests after the store refused to give out a job. */
const PAUSE_MS = 500;

/**
 * Corrects two faults of BullMQ's worker. It repeats a refused fetch at once, for ever: a Redis that is out of memory
 * or read-only, or a Postgres that is starting up, would get thousands of requests a second. And after it was closed by
 * force, the end of its last job makes it open its blocking connection anew, which then nobody closes.
 */
export function withFetchBackoff<B extends IQueueBackend, C>(
  factory: BackendFactory<B, C>,
): BackendFactory<B, C> {
  return (name, options, connections) => {
    const backend = factory(name, options, connections);
    const moveToActive = backend.moveToActive.bind(backend);
    const reconnectBlocking = backend.reconnectBlocking.bind(backend);
    backend.moveToActive = async (...args) => {
      try {
        return await moveToActive(...args);
      } catch (error) {
        await delay(PAUSE_MS);
        throw error;
      }
    };
    backend.reconnectBlocking = async () => {
      if (!backend.closing) await reconnectBlocking();
    };
    return backend;
  };
}
