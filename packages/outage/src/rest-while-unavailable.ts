import { setTimeout as delay } from 'node:timers/promises';
import type { Outage } from './outage.ts';

/** The pause between two tries if the dependency answers and the work still fails because of it; milliseconds. */
const TRY_AGAIN_MS = 500;

/**
 * Does work that may be repeated from its beginning. While a dependency is unavailable the work rests and keeps its
 * place, instead of failing a thousand times a second.
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
