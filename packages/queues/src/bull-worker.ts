import {
  type ConnectionOptions,
  type IQueueBackend,
  type Job,
  type JobProgress,
  Worker,
  type WorkerOptions,
} from 'bullmq';

/** A job's processing. */
export type JobProcessor = (job: Job, token: string | undefined) => Promise<void>;

/** A worker's options apart from its connection. */
export type WorkerTuning = Omit<WorkerOptions, 'connection' | 'prefix'>;

/** What we use of a worker, whatever its backend. */
export type BullWorker = Pick<
  ManualWorker,
  | 'id'
  | 'name'
  | 'on'
  | 'waitUntilReady'
  | 'startLooking'
  | 'getNextJob'
  | 'processJob'
  | 'stopWaiting'
  | 'close'
>;

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

/**
 * BullMQ's worker without its loop: it renews the locks of the jobs that it has, and looks for stalled ones, but takes a job
 * when it is asked to (`getNextJob`), and does it when it is given one (`processJob`).
 */
export class ManualWorker<B extends IQueueBackend = IQueueBackend, C = ConnectionOptions> extends Worker<
  unknown,
  void,
  string,
  B,
  JobProgress,
  C
> {
  private isStopped = false;

  /** Begins to renew locks, and to look for stalled jobs. */
  startLooking(): Promise<void> {
    this.lockManager.start();
    return this.startStalledCheckTimer();
  }

  /** Ends a wait for a job, and takes none any more. */
  async stopWaiting(): Promise<void> {
    this.isStopped = true;
    await this.backend.disconnectBlocking(true);
  }

  /** Also called after a wait, and at the end of a job. That there may be none, BullMQ's type does not say. */
  protected override async moveToActive(token: string, name?: string): Promise<Job<unknown, void>> {
    return this.isStopped ? (undefined as never) : super.moveToActive(token, name);
  }
}
