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

/** What waits in Postgres for a destination. */
export interface WaitingState {
  /** How many deliveries. */
  waiting: number;
  /**
   * Milliseconds until something that waits may be due: never later than it is, perhaps earlier. Null where that is not
   * known. Says nothing while nothing waits.
   */
  nextDueInMs: number | null;
}

/** Whether anything can be sent to a destination now. */
export function isAvailable({ enabled, deleted }: Pick<GateState, 'enabled' | 'deleted'>): boolean {
  return enabled && !deleted;
}

/** How many more deliveries of a destination may be given to the queue now. */
export function freeSlots(gate: GateState): number {
  return isAvailable(gate) ? Math.max(0, gate.maxInFlight - gate.queued - gate.delayed) : 0;
}

/** Whether a delivery that begins a round may be given to the queue at once: it overtakes nothing that waits. */
export function mayBegin(gate: GateState & WaitingState): boolean {
  return gate.waiting === 0 && freeSlots(gate) > 0;
}

/**
 * Whether a delivery whose retry becomes due now may be given to the queue at once. A job in its backoff delay holds a
 * slot already; any other needs one that nothing due waits for.
 */
export function mayHurry(gate: GateState & WaitingState, holdsSlot: boolean): boolean {
  return holdsSlot || (freeSlots(gate) > 0 && !mayHaveDue(gate));
}

/** Whether something that waits may be due. */
export function mayHaveDue({ waiting, nextDueInMs }: WaitingState): boolean {
  return waiting > 0 && (nextDueInMs === null || nextDueInMs <= 0);
}

/**
 * Whether one more failed delivery may keep its slot while it waits for its retry. Half of the slots stay free of
 * waiting retries, so that a destination that fails now and then still takes new alerts at once.
 */
export function mayKeepSlot(gate: GateState): boolean {
  return isAvailable(gate) && gate.delayed < Math.ceil(gate.maxInFlight / 2);
}
