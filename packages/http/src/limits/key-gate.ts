import { setTimeout as delay } from 'node:timers/promises';
import { ProblemError } from '@tocsin/contract';

/** What one key may read at once. */
export const READS_RUNNING_MAX = 2;
/** Changes of destinations wait for each other in any case. */
export const CHANGES_RUNNING_MAX = 1;
/** How many more reads of a key may wait: a page of the console makes 6. */
const READS_WAITING_MAX = 32;
/** Changes are short, and somebody who sets up destinations may send them all at once. */
const CHANGES_WAITING_MAX = 250;
/** How long a read gives way to writes, and how often it looks for them. */
const GIVE_WAY_MS = 25;
const LOOK_EVERY_MS = 5;
/** How long a place may rest. */
const REST_MS_MAX = 500;

export type KeyGate = <T>(keyId: string, work: () => Promise<T>) => Promise<T>;

/** What is bounded for each key, each by itself. */
export type Gates = Record<'reads' | 'changes', KeyGate>;

export interface KeyGateOptions {
  runningMax: number;
  waitingMax: number;
  /** Whether something is being written, to which the work gives way. */
  isBusy?: (() => boolean) | undefined;
  sleep?: (ms: number) => Promise<unknown>;
  /** A clock that never goes back, in milliseconds. */
  now?: () => number;
}

interface KeyPlaces {
  running: number;
  waiting: (() => void)[];
}

/** @param isBusy whether something is being written, to which reads give way */
export function createGates(isBusy: (() => boolean) | undefined): Gates {
  return {
    reads: createKeyGate({ runningMax: READS_RUNNING_MAX, waitingMax: READS_WAITING_MAX, isBusy }),
    changes: createKeyGate({ runningMax: CHANGES_RUNNING_MAX, waitingMax: CHANGES_WAITING_MAX }),
  };
}

/**
 * Lets each key do a few things at once, so that one never has all the connections there are; the next wait in
 * their order. While deliveries are committed, reads begin one by one: each commit is several questions to Postgres, and
 * waits for whatever is read between two of them.
 *
 * A place rests for as long as its work took. A caller that reads one thing after the other notices nothing, since its
 * other place is free by then. A caller that reads without a pause uses half of what its places could do.
 *
 * @returns a function that throws ProblemError `rate_limited` where too many wait already
 */
export function createKeyGate(options: KeyGateOptions): KeyGate {
  const { runningMax, waitingMax } = options;
  const { isBusy = () => false, now = () => performance.now() } = options;
  const sleep = options.sleep ?? ((ms: number) => delay(ms, undefined, { ref: false }));
  const keys = new Map<string, KeyPlaces>();
  let lastBegun: Promise<void> = Promise.resolve();

  async function giveWay(): Promise<void> {
    for (let waited = 0; waited < GIVE_WAY_MS && isBusy(); waited += LOOK_EVERY_MS)
      await sleep(LOOK_EVERY_MS);
  }

  async function leave(keyId: string, key: KeyPlaces, tookMs: number): Promise<void> {
    if (tookMs >= 1) await sleep(Math.min(tookMs, REST_MS_MAX));
    const next = key.waiting.shift();
    if (next !== undefined) return next();
    key.running -= 1;
    if (key.running === 0) keys.delete(keyId);
  }

  return async (keyId, work) => {
    const key = keys.get(keyId) ?? { running: 0, waiting: [] };
    keys.set(keyId, key);
    if (key.running < runningMax) key.running += 1;
    else {
      if (key.waiting.length >= waitingMax) {
        throw new ProblemError('rate_limited', {
          detail: `The key has ${runningMax} such requests under way and ${waitingMax} waiting. Wait for some of them.`,
          retryAfterSeconds: 1,
        });
      }
      // A call that ends passes its place to the next.
      await new Promise<void>((resolve) => key.waiting.push(resolve));
    }
    lastBegun = lastBegun.then(giveWay);
    await lastBegun;
    const begunAt = now();
    try {
      return await work();
    } finally {
      void leave(keyId, key, now() - begunAt);
    }
  };
}
