import type { Arrival } from '../../harness/receivers/arrival.ts';

/** A span of time in which what is not committed may be lost, and so be POSTed once more; monotonic milliseconds. */
export interface Strike {
  from: number;
  /** For a service that ends at once, the moment of its end. */
  until: number;
}

/** How often each delivery, by its `webhook-id`, may be POSTed once more: once for each strike that met it uncommitted. */
export type Allowance = ReadonlyMap<string, number>;

/** For what a process had sent when it was killed to arrive; milliseconds. */
const ON_ITS_WAY_MS = 1_000;

/**
 * A strike meets a delivery uncommitted where the last POST that had arrived by its end has no outcome that was
 * committed before it began.
 *
 * @param commits - when outcomes of each delivery were committed; monotonic milliseconds
 */
export function allowanceOf(
  strikes: readonly Strike[],
  arrivals: readonly Pick<Arrival, 'at' | 'webhookId'>[],
  commits: ReadonlyMap<string, readonly number[]>,
): Allowance {
  const allowance = new Map<string, number>();
  for (const { from, until } of strikes) {
    const last = new Map<string, number>();
    for (const { at, webhookId } of arrivals) if (at <= until + ON_ITS_WAY_MS) last.set(webhookId, at);
    for (const [id, at] of last) {
      const isCommitted = commits.get(id)?.some((committedAt) => committedAt >= at && committedAt < from);
      if (!isCommitted) allowance.set(id, (allowance.get(id) ?? 0) + 1);
    }
  }
  return allowance;
}

/** @returns how many POSTs beyond the first no strike allows, in words, or an empty list */
export function unexplained(second: readonly Arrival[], allowance: Allowance): string[] {
  const counts = new Map<string, number>();
  for (const { webhookId } of second) counts.set(webhookId, (counts.get(webhookId) ?? 0) + 1);
  const more = [...counts].reduce(
    (sum, [id, count]) => sum + Math.max(0, count - (allowance.get(id) ?? 0)),
    0,
  );
  return more > 0 ? [`${more} second POSTs of what was committed`] : [];
}
