/**
 * BullMQ's priority of a delivery: severity first, first attempts before retries. Lower goes first, and 0 (a first
 * attempt of CRITICAL) is BullMQ's "no priority", which goes before all others.
 */
export function deliveryPriority(severityRank: number, isRetry: boolean): number {
  return severityRank * 2 + (isRetry ? 1 : 0);
}
