/** What decides how many of a destination's deliveries may be queued or in flight. */
export interface GateState {
  enabled: boolean;
  deleted: boolean;
  maxInFlight: number;
  /** Slots held by jobs that wait or run. */
  queued: number;
  /** Slots held by jobs in their backoff delay. */
  delayed: number;
}

/** How many more deliveries of a destination may be given to the queue now. */
export function freeSlots(gate: GateState): number {
  if (!gate.enabled || gate.deleted) return 0;
  return Math.max(0, gate.maxInFlight - gate.queued - gate.delayed);
}

/**
 * Whether one more failed delivery may keep its slot while it waits for its retry. Half of the slots stay free of
 * waiting retries, so that a destination that fails now and then still takes new alerts at once.
 */
export function mayKeepSlot(gate: GateState): boolean {
  return gate.enabled && !gate.deleted && gate.delayed < Math.ceil(gate.maxInFlight / 2);
}
