import type { Arrival } from '../receivers/arrival.ts';

/** How often each delivery, by its `webhook-id`, may be POSTed once more: once for each strike that met it uncommitted. */
export type Allowance = Map<string, number>;

/** Adds the deliveries that had arrived when a fault struck, and of whose attempt no record was committed. */
export function allow(allowance: Allowance, uncommitted: Iterable<string>): void {
  for (const id of new Set(uncommitted)) allowance.set(id, (allowance.get(id) ?? 0) + 1);
}

/** @returns how many POSTs beyond the first no strike allows, in words, or an empty list */
export function unexplained(second: readonly Arrival[], allowance: ReadonlyMap<string, number>): string[] {
  const counts = new Map<string, number>();
  for (const { webhookId } of second) counts.set(webhookId, (counts.get(webhookId) ?? 0) + 1);
  const more = [...counts].reduce(
    (sum, [id, count]) => sum + Math.max(0, count - (allowance.get(id) ?? 0)),
    0,
  );
  return more > 0 ? [`${more} second POSTs of what was committed`] : [];
}
