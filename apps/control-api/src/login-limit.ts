import { ProblemError } from '@tocsin/contract';
import ipaddr from 'ipaddr.js';
import { RateLimiterMemory, type RateLimiterRes } from 'rate-limiter-flexible';

const WINDOW_SECONDS = 60;
const REFUSALS_MAX = 10;
/** Strangers must not fill the audit log: they write into it no faster than this, wherever they come from. */
const RECORDS_MAX = 100;

export interface LoginLimit {
  /**
   * Counts an attempt to sign in.
   *
   * @returns takes it back, for one that was no refusal
   * @throws ProblemError `rate_limited` after ten refused attempts from one address within a minute
   */
  take(address: string): Promise<() => Promise<unknown>>;
  /** Whether a refusal may be written into the audit log; it counts as written. */
  mayRecord(): Promise<boolean>;
}

/** Counts in this process: n replicas allow n times as many attempts. */
export function createLoginLimit(): LoginLimit {
  const attempts = new RateLimiterMemory({ points: REFUSALS_MAX, duration: WINDOW_SECONDS });
  const records = new RateLimiterMemory({ points: RECORDS_MAX, duration: WINDOW_SECONDS });
  return {
    async take(address) {
      const caller = callerOf(address);
      try {
        await attempts.consume(caller);
      } catch (refusal) {
        throw new ProblemError('rate_limited', {
          detail: 'Too many attempts to sign in. Wait for `Retry-After` seconds.',
          retryAfterSeconds: Math.ceil((refusal as RateLimiterRes).msBeforeNext / 1000),
        });
      }
      return () => attempts.reward(caller);
    },
    mayRecord: () =>
      records.consume('refused').then(
        () => true,
        () => false,
      ),
  };
}

const IPV6_NETWORK_BYTES = 8;
const UNREADABLE_CHARACTERS_MAX = 64;

/** An address as it is counted: of IPv6 the first 64 bits, since a subscriber has all addresses of such a network. */
export function callerOf(address: string): string {
  if (!ipaddr.isValid(address)) return address.slice(0, UNREADABLE_CHARACTERS_MAX);
  const parsed = ipaddr.process(address);
  if (parsed.kind() === 'ipv4') return parsed.toString();
  return Buffer.from(parsed.toByteArray()).subarray(0, IPV6_NETWORK_BYTES).toString('hex');
}
