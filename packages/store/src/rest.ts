import { setTimeout as delay } from 'node:timers/promises';
import { isDatabaseAway } from './failures.ts';
import type { Outage } from './outage.ts';

/** Between two tries where the database answers this process and yet the work fails for want of it; milliseconds. */
const TRY_AGAIN_MS = 500;

/**
 * Does work that may be begun anew: while the database is unavailable it rests, and holds its place, instead of failing
 * a thousand times a second.
 *
 * @param isUnavailable whether an error says that it is, as told by whoever stands in between; `isDatabaseAway` counts always
 * @throws what the work throws otherwise, or once the signal is aborted
 */
export async function restWhileUnavailable<T>(
  outage: Pick<Outage, 'failed' | 'over'>,
  work: () => Promise<T>,
  {
    signal,
    isUnavailable = () => false,
  }: { signal: AbortSignal; isUnavailable?: (error: unknown) => boolean },
): Promise<T> {
  const aborted = new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
  for (;;) {
    try {
      return await work();
    } catch (error) {
      const isOurs = isDatabaseAway(error);
      if (signal.aborted || !(isOurs || isUnavailable(error))) throw error;
      if (isOurs) outage.failed(error);
      await Promise.race([outage.over(), aborted]);
      await delay(TRY_AGAIN_MS, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) throw error;
    }
  }
}
