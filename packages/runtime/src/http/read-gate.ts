import { ProblemError } from '@tocsin/contract';

/** What one key may read at once, and how many more of its requests may wait for that. A page of the console asks 6. */
const RUNNING_MAX = 4;
const WAITING_MAX = 32;

export type ReadGate = <T>(keyId: string, read: () => Promise<T>) => Promise<T>;

/**
 * Lets each key read a few things at once, so that one reader never has all there is to read with. The next wait in
 * their order.
 *
 * @returns a function that throws ProblemError `rate_limited` where too many wait already
 */
export function createReadGate(runningMax = RUNNING_MAX, waitingMax = WAITING_MAX): ReadGate {
  const keys = new Map<string, { running: number; waiting: (() => void)[] }>();

  return async (keyId, read) => {
    const key = keys.get(keyId) ?? { running: 0, waiting: [] };
    keys.set(keyId, key);
    if (key.running < runningMax) key.running += 1;
    else {
      if (key.waiting.length >= waitingMax) {
        throw new ProblemError('rate_limited', {
          detail: `The key has ${runningMax} reads under way and ${waitingMax} waiting. Wait for some of them.`,
          retryAfterSeconds: 1,
        });
      }
      // Whoever is done leaves its place to the next, who need not take one.
      await new Promise<void>((resolve) => key.waiting.push(resolve));
    }
    try {
      return await read();
    } finally {
      const next = key.waiting.shift();
      if (next !== undefined) next();
      else {
        key.running -= 1;
        if (key.running === 0) keys.delete(keyId);
      }
    }
  };
}
