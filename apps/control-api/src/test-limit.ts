import { ProblemError } from '@tocsin/contract';
import { createRateLimit } from '@tocsin/http';

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
const TOO_MANY = 'Too many test alerts.';

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
  const ofKey = createRateLimit({ max: perMinute.key, seconds: WINDOW_SECONDS, detail: TOO_MANY });
  const ofAll = createRateLimit({ max: perMinute.all, seconds: WINDOW_SECONDS, detail: TOO_MANY });
  const underWay = new Map<string, number>();
  let allUnderWay = 0;

  return {
    async run(keyId, test) {
      const own = underWay.get(keyId) ?? 0;
      if (own >= atOnce.key || allUnderWay >= atOnce.all)
        throw new ProblemError('rate_limited', { detail: TOO_MANY, retryAfterSeconds: BUSY_SECONDS });
      underWay.set(keyId, own + 1);
      allUnderWay += 1;
      try {
        await ofKey(keyId);
        await ofAll('all');
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
