import { setImmediate } from 'node:timers/promises';
import { ProblemError } from '@tocsin/contract';
import { RateLimiterMemory, type RateLimiterRes } from 'rate-limiter-flexible';

export interface RateLimitOptions {
  /** What one name may do within the time. */
  max: number;
  seconds: number;
  /** For the caller who is refused; what the problem always says by default. */
  detail?: string;
}

/**
 * Counts by name, such as a key's id, in this process.
 *
 * @returns a check that throws ProblemError `rate_limited` with the time to wait
 */
export function createRateLimit({
  max,
  seconds,
  ...problem
}: RateLimitOptions): (name: string) => Promise<void> {
  const limiter = new RateLimiterMemory({ points: max, duration: seconds });
  return async (name) => {
    try {
      await limiter.consume(name);
    } catch (refusal) {
      throw new ProblemError('rate_limited', {
        ...problem,
        retryAfterSeconds: Math.ceil((refusal as RateLimiterRes).msBeforeNext / 1000),
      });
    }
  };
}

/**
 * The bytes of one slice, before other requests get their turn: they are scanned in some 20 ms at worst, alerts built
 * in less. With a quarter of this, a quarter fewer alerts were accepted in a second.
 */
export const SLICE_BYTES = 128 * 1024;

/** Splits long work into slices, so that no request holds up the others, however many of them are long. */
export interface Turns {
  /** @returns whether it is the others' turn; then `next` is to be awaited */
  spend(bytes: number): boolean;
  next(): Promise<unknown>;
}

let lastTurn: Promise<unknown> = Promise.resolve();

/** Resolves one call after the other, one in each round of the event loop. */
function takeTurn(): Promise<unknown> {
  lastTurn = lastTurn.then(() => setImmediate());
  return lastTurn;
}

/** @param yieldTurn resolves when the others have had their turn; by default all of this process take turns */
export function createTurns(yieldTurn: () => Promise<unknown> = takeTurn): Turns {
  let spent = 0;
  return {
    spend(bytes) {
      spent += bytes;
      return spent >= SLICE_BYTES;
    },
    next() {
      spent = 0;
      return yieldTurn();
    },
  };
}
