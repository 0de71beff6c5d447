import { ProblemError } from '@tocsin/contract';
import ipaddr from 'ipaddr.js';
import { LRUCache } from 'lru-cache';

const WINDOW_MS = 60_000;

/** Counters kept at most, so that guessed ids and addresses cannot fill the memory. */
const COUNTERS_MAX = 20_000;

/** An address's refusals with all ids together, as a multiple of those with one. */
const ADDRESS_FACTOR = 10;

export interface RefusalLimitOptions {
  /** Refusals of one key id from one address within a minute; from the address altogether, ten times as many. */
  refusalsMax: number;
  detail: string;
  /** A clock that never goes back, in milliseconds. */
  now?: () => number;
}

export interface RefusalLimit {
  /**
   * Counts a key that was found to be wrong. Keys are checked before: a right one is never refused, whatever others
   * behind its address did.
   *
   * @param keyId as it was given; null where what was given is no key
   * @throws ProblemError `rate_limited` with the time to wait, where there were too many
   */
  count(address: string, keyId: string | null): void;
}

/** Counts wrong keys in this process: n replicas allow n times as many. */
export function createRefusalLimit(options: RefusalLimitOptions): RefusalLimit {
  const { refusalsMax, detail, now = () => performance.now() } = options;
  const counters = new LRUCache<string, { count: number; endsAt: number }>({ max: COUNTERS_MAX });

  /** @returns milliseconds until the window ends; 0 while the limit is kept */
  function take(name: string, max: number): number {
    const kept = counters.get(name);
    const counter =
      kept !== undefined && now() < kept.endsAt ? kept : { count: 0, endsAt: now() + WINDOW_MS };
    counter.count += 1;
    counters.set(name, counter);
    return counter.count > max ? counter.endsAt - now() : 0;
  }

  return {
    count(address, keyId) {
      const caller = callerOf(address);
      // The address first: beyond its limit, no more ids of it are remembered.
      const waitMs =
        take(caller, refusalsMax * ADDRESS_FACTOR) ||
        (keyId === null ? 0 : take(`${caller} ${keyId}`, refusalsMax));
      if (waitMs > 0)
        throw new ProblemError('rate_limited', { detail, retryAfterSeconds: Math.ceil(waitMs / 1000) });
    },
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
