import { setTimeout as delay } from 'node:timers/promises';
import type { Outage } from './outage.ts';

/** Between two tries where a dependency answers and yet the work fails for want of it; milliseconds. */
const TRY_AGAIN_MS = 500;

/**
 * Does work that may be begun anew: while what it needs is unavailable it rests, and holds its place, instead of failing
 * a thousand times a second.
 *
 * @param outages of all that it needs
 * @throws what the work throws otherwise, or once the signal is aborted
 */
export async function restWhileUnavailable<T>(
  outages: readonly Pick<Outage, 'isIts' | 'failed' | 'over'>[],
  work: () => Promise<T>,
  { signal }: { signal: AbortSignal },
): Promise<T> {
  const aborted = new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
  for (;;) {
    try {
      return await work();
    } catch (error) {
      const outage = outages.find(({ isIts }) => isIts(error));
      if (signal.aborted || outage === undefined) throw error;
      outage.failed(error);
      await Promise.race([outage.over(), aborted]);
      await delay(TRY_AGAIN_MS, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) throw error;
    }
  }
}
