import type { Arrival } from '../../harness/receivers/arrival.ts';

/** A span of time in which what is not committed may be lost, and so be POSTed once more; monotonic milliseconds. */
export interface LossSpan {
  from: number;
  /** For a service that ends at once, the moment of its end. */
  until: number;
}

/** How often each delivery, by its `webhook-id`, may be POSTed once more: once for each loss that explains a POST of it. */
export type Allowance = ReadonlyMap<string, number>;

/** For what a process had sent when it was killed to arrive; milliseconds. */
const ON_ITS_WAY_MS = 1_000;

/**
 * A loss explains a POST that came after it had begun, where the one before it had come by its end and had no outcome
 * that was committed before it began.
 *
 * @param arrivals - in their order
 * @param commits - when outcomes of each delivery were committed; monotonic milliseconds
 */
export function allowanceOf(
  losses: readonly LossSpan[],
  arrivals: readonly Pick<Arrival, 'at' | 'webhookId'>[],
  commits: ReadonlyMap<string, readonly number[]>,
): Allowance {
  const times = new Map<string, number[]>();
  for (const { at, webhookId } of arrivals) times.set(webhookId, [...(times.get(webhookId) ?? []), at]);
  const allowance = new Map<string, number>();
  for (const [id, posts] of times) {
    const committed = commits.get(id) ?? [];
    const explains = ({ from, until }: LossSpan) =>
      posts.some((at, n) => {
        const earlier = posts[n - 1];
        if (earlier === undefined || at <= from || earlier > until + ON_ITS_WAY_MS) return false;
        return !committed.some((committedAt) => committedAt >= earlier && committedAt < from);
      });
    const count = losses.filter(explains).length;
    if (count > 0) allowance.set(id, count);
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
