import { setTimeout as delay } from 'node:timers/promises';
import { PATIENCE_MS } from './patience.ts';

export interface WaitOptions {
  /** How long to try; `PATIENCE_MS` unless told. */
  timeoutMs?: number;
  /** What is waited for, for the error's message. */
  describe?: string | (() => string);
  /** Pause between two tries. */
  intervalMs?: number;
}

type Falsy = false | 0 | '' | null | undefined;

/**
 * Asks until the answer is truthy, and returns it. A condition that throws has not come true yet; its last error
 * becomes the cause of the timeout's.
 *
 * @throws Error naming what was waited for, once `timeoutMs` has passed
 */
export async function waitFor<T>(
  condition: () => T | Promise<T>,
  options: WaitOptions = {},
): Promise<Exclude<Awaited<T>, Falsy>> {
  const { timeoutMs = PATIENCE_MS, describe = 'a condition', intervalMs = 20 } = options;
  const deadline = performance.now() + timeoutMs;
  let cause: unknown;
  for (;;) {
    try {
      const value = await condition();
      if (value) return value as Exclude<Awaited<T>, Falsy>;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    if (performance.now() >= deadline) break;
    await delay(intervalMs);
  }
  const what = typeof describe === 'function' ? describe() : describe;
  throw new Error(`Waited ${timeoutMs} ms for ${what}, in vain`, { cause });
}
