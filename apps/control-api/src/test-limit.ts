import { ProblemError } from '@tocsin/contract';
import { RateLimiterMemory, type RateLimiterRes } from 'rate-limiter-flexible';

export interface TestLimitOptions {
  /** Test alerts of one key within a minute, and of all keys together. */
  perMinute: { key: number; all: number };
  /** Test alerts of one key under way at once, and of all keys together; each holds a socket and 16 KiB. */
  atOnce: { key: number; all: number };
}

const DEFAULTS: TestLimitOptions = { perMinute: { key: 120, all: 600 }, atOnce: { key: 8, all: 24 } };

const WINDOW_SECONDS = 60;
/** A test under way ends within 30 s, most of them sooner. */
const BUSY_SECONDS = 1;

export interface TestLimit {
  /**
   * Makes a test alert, unless there are too many of this key or of all keys.
   *
   * @throws ProblemError `rate_limited`
   */
  run<T>(keyId: string, test: () => Promise<T>): Promise<T>;
}

/**
 * Bounds test alerts in this process: a caller waits for each, they go to any URL that a key names, and each leaves an
 * entry in the audit log.
 */
export function createTestLimit({ perMinute, atOnce }: TestLimitOptions = DEFAULTS): TestLimit {
  const ofKey = new RateLimiterMemory({ points: perMinute.key, duration: WINDOW_SECONDS });
  const ofAll = new RateLimiterMemory({ points: perMinute.all, duration: WINDOW_SECONDS });
  const underWay = new Map<string, number>();
  let allUnderWay = 0;

  async function consume(limiter: RateLimiterMemory, name: string): Promise<void> {
    await limiter.consume(name).catch((refusal: RateLimiterRes) => refuse(refusal.msBeforeNext / 1000));
  }

  return {
    async run(keyId, test) {
      const own = underWay.get(keyId) ?? 0;
      if (own >= atOnce.key || allUnderWay >= atOnce.all) refuse(BUSY_SECONDS);
      underWay.set(keyId, own + 1);
      allUnderWay += 1;
      try {
        await consume(ofKey, keyId);
        await consume(ofAll, 'all');
        return await test();
      } finally {
        allUnderWay -= 1;
        const left = (underWay.get(keyId) ?? 1) - 1;
        if (left === 0) underWay.delete(keyId);
        else underWay.set(keyId, left);
      }
    },
  };
}

function refuse(afterSeconds: number): never {
  throw new ProblemError('rate_limited', {
    detail: 'Too many test alerts. Wait for `Retry-After` seconds.',
    retryAfterSeconds: Math.ceil(afterSeconds),
  });
}
