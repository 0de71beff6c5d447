/** What decides how many of a destination's deliveries may be queued or in flight. */
export interface DestinationSlots {
  enabled: boolean;
  paused: boolean;
  deleted: boolean;
  maxInFlight: number;
  /** How many it copes with now, retries that wait apart. */
  limit: number;
  /** Slots held by jobs that wait, or run for the first time. */
  queued: number;
  /** Slots held by jobs that wait for a retry in their delay, or make it. */
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

/** Whether alerts may be routed and resent to a destination. */
export function isAvailable({ enabled, deleted }: Pick<DestinationSlots, 'enabled' | 'deleted'>): boolean {
  return enabled && !deleted;
}

/** Whether attempts may begin: while a destination is paused, what is due there waits. */
export function takesDeliveries(slots: Pick<DestinationSlots, 'enabled' | 'paused' | 'deleted'>): boolean {
  return isAvailable(slots) && !slots.paused;
}

/**
 * How many more deliveries of a destination may be given to the queue now. Retries in their delay take none of its limit:
 * after a time of failures they would leave nothing for new alerts.
 */
export function freeSlots(slots: DestinationSlots): number {
  if (!takesDeliveries(slots)) return 0;
  const { limit, maxInFlight, queued, delayed } = slots;
  return Math.max(0, Math.min(limit - queued, maxInFlight - queued - delayed));
}

/** Whether a delivery that begins a round may be given to the queue at once: it overtakes nothing that waits. */
export function mayBegin(slots: DestinationSlots & WaitingState): boolean {
  return slots.waiting === 0 && freeSlots(slots) > 0;
}

/**
 * Whether a delivery whose retry becomes due now may be given to the queue at once. A job in its backoff delay holds a
 * slot already; any other needs one that nothing due waits for.
 */
export function mayHurry(slots: DestinationSlots & WaitingState, holdsSlot: boolean): boolean {
  return takesDeliveries(slots) && (holdsSlot || (freeSlots(slots) > 0 && !mayHaveDue(slots)));
}

/** What has been due for longer than this is a backlog; what waits for a moment is not; milliseconds. */
const BACKLOG_MS = 500;

/** Whether a destination that takes deliveries has some that have been due for a while, as far as is known. */
export function hasBacklog(slots: DestinationSlots & WaitingState): boolean {
  const { waiting, nextDueInMs } = slots;
  return takesDeliveries(slots) && waiting > 0 && (nextDueInMs === null || nextDueInMs <= -BACKLOG_MS);
}

/** Whether something that waits may be due. */
export function mayHaveDue({ waiting, nextDueInMs }: WaitingState): boolean {
  return waiting > 0 && (nextDueInMs === null || nextDueInMs <= 0);
}

/**
 * Whether one more failed delivery may keep its slot while it waits for its retry. At least half of the slots stay free of
 * waiting retries, so that a destination that fails now and then still takes new alerts at once.
 */
export function mayKeepSlot(slots: DestinationSlots): boolean {
  return takesDeliveries(slots) && slots.delayed < Math.floor(slots.maxInFlight / 2);
}

/**
 * How many of the slots that are released are for first attempts, as long as there are any: half of them, so that no
 * number of retries delays a fresh alert for long.
 *
 * @param random a number from 0 up to 1: of a single slot, every other one is
 */
export function firstAttemptsShare(slots: number, random: number): number {
  return Math.floor(slots / 2 + random);
}
