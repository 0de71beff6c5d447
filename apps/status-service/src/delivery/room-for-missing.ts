import { type DestinationSlots, freeSlots, mayHaveDue, type WaitingState } from './slots.ts';

/**
 * How many missing deliveries may be made for a destination now: they go behind its fresh alerts. None while anything
 * due waits or nothing may be sent, and only so many that half of the slots stay free for what is fresh.
 */
export function roomForMissing(slots: DestinationSlots & WaitingState): number {
  if (mayHaveDue(slots) || freeSlots(slots) === 0) return 0;
  return Math.max(0, Math.ceil(slots.maxInFlight / 2) - slots.queued - slots.delayed);
}
