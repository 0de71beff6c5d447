import { describe, expect, test } from '@jest/globals';
import { freeSlots, type GateState, mayKeepSlot } from './gate.ts';

const gate = (state: Partial<GateState> = {}): GateState => ({
  enabled: true,
  deleted: false,
  maxInFlight: 10,
  queued: 0,
  delayed: 0,
  ...state,
});

describe('the gate of a destination', () => {
  test('lets through what maxInFlight leaves beside queued and delayed jobs', () => {
    expect(freeSlots(gate({ queued: 3, delayed: 4 }))).toBe(3);
  });

  test('lets nothing through once it is full, also after maxInFlight was lowered', () => {
    expect(freeSlots(gate({ queued: 10 }))).toBe(0);
    expect(freeSlots(gate({ queued: 40, maxInFlight: 5 }))).toBe(0);
  });

  test('lets nothing through to a disabled or deleted destination', () => {
    expect(freeSlots(gate({ enabled: false }))).toBe(0);
    expect(freeSlots(gate({ deleted: true }))).toBe(0);
  });

  test('leaves half of the slots free of waiting retries', () => {
    expect(mayKeepSlot(gate({ delayed: 4 }))).toBe(true);
    expect(mayKeepSlot(gate({ delayed: 5 }))).toBe(false);
  });

  test('lets no retry of a disabled or deleted destination keep its slot', () => {
    expect(mayKeepSlot(gate({ enabled: false }))).toBe(false);
    expect(mayKeepSlot(gate({ deleted: true }))).toBe(false);
  });

  test('lets the only slot of a destination be kept', () => {
    expect(mayKeepSlot(gate({ maxInFlight: 1, queued: 1 }))).toBe(true);
  });
});
