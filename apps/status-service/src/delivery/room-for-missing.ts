import { type DestinationSlots, freeSlots, mayHaveDue, type WaitingState } from './slots.ts';

/**
 * How many missing deliveries may be made for a destination now: they go behind its fresh alerts. None while anything
 * due waits for a slot, and only so many that half of the slots stay free for what is fresh.
 */
export function roomForMissing(slots: DestinationSlots & WaitingState): number {
  if (mayHaveDue(slots)) return 0;
  const free = freeSlots(slots);
  const slotsOfAll = free + slots.queued + slots.delayed;
  return Math.max(0, free - Math.floor(slotsOfAll / 2));
}
