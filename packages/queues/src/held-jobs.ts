import { setTimeout as delay } from 'node:timers/promises';
import { errorFields } from './failure-reason.ts';
import { QueueError } from './queue-error.ts';
import type { QueueLog } from './types.ts';

/** Jobs that could not be added, and are added as soon as the store answers. */
export interface HeldJobs {
  /**
   * Keeps a bulk of jobs, unless there are too many already.
   *
   * @param bulk.characters of the jobs as JSON
   * @param bulk.add adds them; may be called again
   */
  hold(bulk: { jobs: number; characters: number; add: () => Promise<void> }): void;
  /** Tries at once; for when the store is available again. */
  wake(): void;
  /** Drops what is held; Postgres has it too. */
  close(): void;
}

/** About ten thousand alerts of usual size; Postgres has these and all others too. */
const BYTES_MAX = 16 * 1024 * 1024;
/** What jobs take as objects, by the length of their JSON: 1.8 to 1.9 times it on Node 24. */
const BYTES_A_CHARACTER = 2;
/** A store that is not connected refuses at once, so that asking it this often costs nothing. Milliseconds. */
const TRY_EVERY_MS = 100;

/** Whether enqueueing that failed with this error may succeed later by itself. */
export function isUnavailable(error: unknown): boolean {
  return (
    error instanceof QueueError && (error.code === 'queue_unavailable' || error.code === 'queue_timeout')
  );
}

/** Holds jobs in the order they came in. */
export function createHeldJobs({ log }: { log: Pick<QueueLog, 'debug'> }): HeldJobs {
  const bulks: Parameters<HeldJobs['hold']>[0][] = [];
  let characters = 0;
  let isRunning = false;
  let isClosed = false;
  let pause = new AbortController();

  async function run(): Promise<void> {
    isRunning = true;
    while (bulks.length > 0 && !isClosed) {
      await delay(TRY_EVERY_MS, undefined, { signal: pause.signal, ref: false }).catch(() => undefined);
      pause = new AbortController();
      await addAll();
    }
    isRunning = false;
  }

  async function addAll(): Promise<void> {
    for (let first = bulks[0]; first !== undefined && !isClosed; first = bulks[0]) {
      try {
        await first.add();
      } catch (error) {
        if (isUnavailable(error)) return;
        log.debug(
          { event: 'held_job.dropped', jobs: first.jobs, err: errorFields(error) },
          'held jobs are left to Postgres',
        );
      }
      bulks.shift();
      characters -= first.characters;
    }
  }

  return {
    hold(bulk) {
      if (isClosed || (characters + bulk.characters) * BYTES_A_CHARACTER > BYTES_MAX) return;
      bulks.push(bulk);
      characters += bulk.characters;
      if (!isRunning) void run();
    },
    wake: () => pause.abort(),
    close() {
      isClosed = true;
      pause.abort();
    },
  };
}
