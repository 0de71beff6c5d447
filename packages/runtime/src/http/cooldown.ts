import { setTimeout as delay } from 'node:timers/promises';
import { ProblemError } from '@tocsin/contract';

/** How many times as long as it took to refuse a key's last bodies its next one waits. */
const WAIT_FACTOR = 4;
/** What one refusal may count for, in milliseconds. */
const COST_MS_MAX = 1_000;
/** Below this nobody notices. */
const COST_MS_MIN = 0.1;
/** Who would wait longer than this is told to come back. */
const WAIT_MS_MAX = 5_000;

/**
 * Lets a key wait after bodies that took long to be refused: one by one, for so long that they take a fifth of a processor
 * at most, however many of them are sent. Whatever is cheaper halves the wait.
 */
export interface Cooldown {
  /** Resolves when this key's next body may be looked at. @throws ProblemError `rate_limited` */
  wait(keyId: string): Promise<void>;
  /** @param costMs how long it took, from the body's last byte on */
  refused(keyId: string, costMs: number): void;
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
          detail:
            'Too many requests with this key were refused for their bodies. Wait for `Retry-After` seconds.',
          retryAfterSeconds: Math.ceil(waitMs / 1_000),
        });
      }
      key.freeAt = startsAt + WAIT_FACTOR * key.costMs;
      if (waitMs > 0) await sleep(waitMs);
    },
    refused(keyId, costMs) {
      const before = keys.get(keyId) ?? { costMs: 0, freeAt: 0 };
      const cost = Math.max(before.costMs / 2, Math.min(costMs, COST_MS_MAX));
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
