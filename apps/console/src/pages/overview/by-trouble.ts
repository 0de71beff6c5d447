import type { Schemas } from '../../api/client.ts';

type Row = Schemas['DestinationStats'];

/** Destinations with what an engineer looks for on top: failed for good, then failed attempts, then by name. */
export function byTrouble(rows: readonly Row[]): Row[] {
  return rows.toSorted(
    (a, b) =>
      b.failed - a.failed ||
      b.failedAttempts - a.failedAttempts ||
      a.displayName.localeCompare(b.displayName),
  );
}
