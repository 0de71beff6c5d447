import { setTimeout as delay } from 'node:timers/promises';
import type { Job } from 'bullmq';
import type { BullWorker } from './bull-worker.ts';
import type { QueuePlaces } from './places.ts';

/** Takes the jobs of one queue until it is stopped. */
export interface JobTaking {
  /** For when jobs may be taken again. */
  wake(): void;
  /** Takes no more. Resolves once the store has recorded the end of every job. */
  stop(): Promise<void>;
}

/** How long it rests after the store refused to give out a job; it would be asked thousands of times a second else. */
const PAUSE_MS = 500;

/**
 * Takes jobs one after the other, each once there is a place for it, and begins with it at once. The end of a job brings
 * the next one in the same round trip, where there is a place for that.
 */
export function takeJobs(deps: {
  worker: Pick<BullWorker, 'id' | 'getNextJob' | 'processJob' | 'stopWaiting'>;
  places: Pick<QueuePlaces, 'ask' | 'askToFollow'>;
  mayTake: () => boolean;
  onError: (error: unknown) => void;
}): JobTaking {
  const { worker, places, mayTake, onError } = deps;
  const underWay = new Set<Promise<void>>();
  let isStopped = false;
  let isAsking = false;
  let tokens = 0;

  const isOpen = () => !isStopped && mayTake();

  function track(work: Promise<void>): void {
    underWay.add(work);
    void work.finally(() => underWay.delete(work));
  }

  function wake(): void {
    if (isAsking || !isOpen()) return;
    isAsking = true;
    places.ask(() => {
      if (isOpen()) track(fetch());
      else isAsking = false;
    });
  }

  async function fetch(): Promise<void> {
    const job = await next();
    isAsking = false;
    if (job) track(process(job));
    wake();
  }

  /** Waits while the queue is empty; undefined where something else ended the wait. */
  async function next(): Promise<Job | undefined> {
    try {
      tokens += 1;
      return await worker.getNextJob(`${worker.id}:${tokens}`);
    } catch (error) {
      onError(error);
      await delay(PAUSE_MS);
      return undefined;
    }
  }

  /** Does a job, and those that come with the end of the one before. */
  async function process(first: Job): Promise<void> {
    for (let job: Job | undefined = first; job !== undefined; ) {
      let followed: (() => void) | undefined;
      // BullMQ asks again where the store did not answer.
      const mayBeFollowed = (): boolean => {
        followed ??= isOpen() ? places.askToFollow() : undefined;
        return followed !== undefined;
      };
      const ended = worker.processJob(job, job.token ?? '', mayBeFollowed);
      job = (await ended.catch(onError)) ?? undefined;
      followed?.();
    }
    wake();
  }

  wake();
  return {
    wake,
    async stop() {
      isStopped = true;
      await worker.stopWaiting().catch(onError);
      while (underWay.size > 0) await Promise.all(underWay);
    },
  };
}
