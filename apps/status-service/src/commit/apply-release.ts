import type { Work } from './ledger.ts';

/** @param leastSevereRank only what is at least this severe; everything by default */
export interface Release {
  destinationIds: string[];
  leastSevereRank?: number | undefined;
}

/** Releases due deliveries that wait for the destinations: as many as they have slots for, up to a bound. */
export async function applyRelease(
  work: Work,
  { destinationIds, leastSevereRank }: Release,
): Promise<undefined> {
  const ledger = await work.open(destinationIds);
  ledger.releaseWaiting(leastSevereRank);
}
