import { type DestinationSlots, freeSlots, mayHaveDue, type WaitingState } from './slots.ts';

/**
 * How many missing deliveries may be made for a destination now: they go behind its fresh alerts. None while anything
 * due waits or nothing may be sent, and only so many that half of its limit and of its slots stay free for what is fresh.
 */
export function roomForMissing(slots: DestinationSlots & WaitingState): number {
  if (mayHaveDue(slots) || freeSlots(slots) === 0) return 0;
  const { limit, maxInFlight, queued, delayed } = slots;
  return Math.max(0, Math.min(half(limit) - queued, half(maxInFlight) - queued - delayed));
}

/** Of one slot, that one: there is nothing fresh where it is free. */
const half = (slots: number): number => Math.ceil(slots / 2);
