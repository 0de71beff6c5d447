import type { Work } from './ledger.ts';

/** @param leastSevereRank only what is at least this severe; everything by default */
export interface Release {
  destinationIds: string[];
  leastSevereRank?: number | undefined;
}

/** Lets what is due and waits for destinations go, as far as they have slots, and up to a bound. */
export async function applyRelease(
  work: Work,
  { destinationIds, leastSevereRank }: Release,
): Promise<undefined> {
  const ledger = await work.open(destinationIds);
  ledger.releaseWaiting(leastSevereRank);
}
