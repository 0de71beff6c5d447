import { describe, expect, test } from '@jest/globals';
import { type DestinationSlots, freeSlots, mayKeepSlot } from './slots.ts';

const slots = (state: Partial<DestinationSlots> = {}): DestinationSlots => ({
  enabled: true,
  deleted: false,
  maxInFlight: 10,
  queued: 0,
  delayed: 0,
  ...state,
});

describe('the slots of a destination', () => {
  test('lets through what maxInFlight leaves beside queued and delayed jobs', () => {
    expect(freeSlots(slots({ queued: 3, delayed: 4 }))).toBe(3);
  });

  test('lets nothing through once it is full, also after maxInFlight was lowered', () => {
    expect(freeSlots(slots({ queued: 10 }))).toBe(0);
    expect(freeSlots(slots({ queued: 40, maxInFlight: 5 }))).toBe(0);
  });

  test('lets nothing through to a disabled or deleted destination', () => {
    expect(freeSlots(slots({ enabled: false }))).toBe(0);
    expect(freeSlots(slots({ deleted: true }))).toBe(0);
  });

  test('leaves half of the slots free of waiting retries', () => {
    expect(mayKeepSlot(slots({ delayed: 4 }))).toBe(true);
    expect(mayKeepSlot(slots({ delayed: 5 }))).toBe(false);
  });

  test('lets no retry of a disabled or deleted destination keep its slot', () => {
    expect(mayKeepSlot(slots({ enabled: false }))).toBe(false);
    expect(mayKeepSlot(slots({ deleted: true }))).toBe(false);
  });

  test('lets the only slot of a destination be kept', () => {
    expect(mayKeepSlot(slots({ maxInFlight: 1, queued: 1 }))).toBe(true);
  });
});
