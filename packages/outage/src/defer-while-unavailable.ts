import type { Outage } from './outage.ts';

/** That work is to be begun anew, here or by another process. */
export interface Deferred {
  kind: 'deferred';
  afterMs: number;
}

/** Whether no dependency is known to be unavailable, so that work may be taken. */
export function areAvailable(outages: readonly Pick<Outage, 'isOn'>[]): boolean {
  return outages.every(({ isOn }) => !isOn());
}

/** Others take the work at once; where nobody can, this keeps it from coming back a thousand times a second. */
const AFTER_MS = 500;

/**
 * Does work that others can do as well. Where it fails because a dependency is unavailable, it is left to them.
 *
 * @param outages of all that it needs
 * @throws what the work throws otherwise, or once the signal is aborted
 */
export async function deferWhileUnavailable<T>(
  outages: readonly Pick<Outage, 'isIts' | 'failed'>[],
  work: () => Promise<T>,
  { signal }: { signal: AbortSignal },
): Promise<T | Deferred> {
  try {
    return await work();
  } catch (error) {
    const outage = outages.find(({ isIts }) => isIts(error));
    if (signal.aborted || outage === undefined) throw error;
    outage.failed(error);
    return { kind: 'deferred', afterMs: AFTER_MS };
  }
}
