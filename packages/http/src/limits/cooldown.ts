import { setTimeout as delay } from 'node:timers/promises';
import { ProblemError } from '@tocsin/contract';

/** A key's next large body waits this many times as long as its last refused ones took. */
const WAIT_FACTOR = 4;
/**
 * Bytes that are scanned in a millisecond. An assumption, not a measurement: other work of the process must not count
 * against a key.
 */
const BYTES_PER_MS = 20 * 1024;
/** What one refusal may count for. */
const COST_MS_MAX = 1_000;
const COST_MS_MIN = 0.1;
/** A caller that would wait longer than this is refused with a time to come back. */
const WAIT_MS_MAX = 5_000;

/**
 * Lets the large bodies of a key wait after others that were refused for what they held: one by one, for so long that they
 * take a fifth of a processor at most, however many of them are sent. Whatever is cheaper halves the wait.
 */
export interface Cooldown {
  /** Resolves when this key's next body may be looked at. @throws ProblemError `rate_limited` */
  wait(keyId: string): Promise<void>;
  /** @param bytes what was looked at, decompressed */
  refused(keyId: string, bytes: number): void;
  taken(keyId: string): void;
}

export interface CooldownOptions {
  /** A clock that never goes back, in milliseconds. */
  now?: () => number;
  sleep?: (ms: number) => Promise<unknown>;
}

export function createCooldown({
  now = () => performance.now(),
  sleep = delay,
}: CooldownOptions = {}): Cooldown {
  const keys = new Map<string, { costMs: number; freeAt: number }>();

  return {
    async wait(keyId) {
      const key = keys.get(keyId);
      if (key === undefined) return;
      const startsAt = Math.max(now(), key.freeAt);
      const waitMs = startsAt - now();
      if (waitMs > WAIT_MS_MAX) {
        throw new ProblemError('rate_limited', {
          detail: 'Too many requests with this key were refused for their bodies.',
          retryAfterSeconds: Math.ceil(waitMs / 1_000),
        });
      }
      key.freeAt = startsAt + WAIT_FACTOR * key.costMs;
      if (waitMs > 0) await sleep(waitMs);
    },
    refused(keyId, bytes) {
      const before = keys.get(keyId) ?? { costMs: 0, freeAt: 0 };
      const cost = Math.max(before.costMs / 2, Math.min(bytes / BYTES_PER_MS, COST_MS_MAX));
      if (cost < COST_MS_MIN) return;
      keys.set(keyId, { costMs: cost, freeAt: Math.max(before.freeAt, now() + WAIT_FACTOR * cost) });
    },
    taken(keyId) {
      const key = keys.get(keyId);
      if (key === undefined) return;
      key.costMs /= 2;
      if (key.costMs < COST_MS_MIN) keys.delete(keyId);
    },
  };
}
