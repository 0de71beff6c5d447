import { createRateLimit, createRefusalLimit, type RefusalLimit } from '@tocsin/http';
import { RateLimiterMemory } from 'rate-limiter-flexible';

/** Refused sign-ins with one key id from one address within a minute. */
const REFUSALS_MAX = 10;
/** Strangers must fill neither the audit log nor the log: they write into them no faster than this, wherever they come from. */
const RECORDS_MAX = 100;
const RECORDS_SECONDS = 60;
/** Sessions of one key opened within a minute: each is a row, and an entry in the audit log. */
const OPENED_MAX = 120;
const OPENED_SECONDS = 60;

export interface LoginLimit extends RefusalLimit {
  /** Counts a session of a key that was found to be right. @throws ProblemError `rate_limited` */
  admit(keyId: string): Promise<void>;
  /** Whether a refusal may be written down; it counts as written. */
  mayRecord(): Promise<boolean>;
}

/** Counts in this process: n replicas allow n times as many attempts. */
export function createLoginLimit(): LoginLimit {
  const records = new RateLimiterMemory({ points: RECORDS_MAX, duration: RECORDS_SECONDS });
  const detail = 'Too many attempts to sign in.';
  return {
    ...createRefusalLimit({ refusalsMax: REFUSALS_MAX, detail }),
    admit: createRateLimit({ max: OPENED_MAX, seconds: OPENED_SECONDS, detail }),
    mayRecord: () =>
      records.consume('refused').then(
        () => true,
        () => false,
      ),
  };
}
