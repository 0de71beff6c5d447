import { describe, expect, test } from '@jest/globals';
import {
  type DestinationSlots,
  firstAttemptsShare,
  freeSlots,
  isAvailable,
  mayBegin,
  mayHurry,
  mayKeepSlot,
} from './slots.ts';

const slots = (state: Partial<DestinationSlots> = {}): DestinationSlots => ({
  enabled: true,
  paused: false,
  deleted: false,
  maxInFlight: 10,
  limit: 10,
  queued: 0,
  delayed: 0,
  ...state,
});

const NOTHING_WAITS = { waiting: 0, nextDueInMs: null };

describe('the slots of a destination', () => {
  test('lets through what maxInFlight leaves beside queued and delayed jobs', () => {
    expect(freeSlots(slots({ queued: 3, delayed: 4 }))).toBe(3);
  });

  test('lets nothing through once it is full, also after maxInFlight was lowered', () => {
    expect(freeSlots(slots({ queued: 10 }))).toBe(0);
    expect(freeSlots(slots({ queued: 40, maxInFlight: 5 }))).toBe(0);
  });

  test('lets through what its limit leaves beside queued jobs, whatever waits for its retry', () => {
    expect(freeSlots(slots({ limit: 4, queued: 3, delayed: 5 }))).toBe(1);
    expect(freeSlots(slots({ limit: 1, queued: 1 }))).toBe(0);
    expect(freeSlots(slots({ limit: 0 }))).toBe(0);
    expect(freeSlots(slots({ limit: 1, queued: 7 }))).toBe(0);
  });

  test('lets nothing through to a paused, disabled or deleted destination', () => {
    expect(freeSlots(slots({ paused: true }))).toBe(0);
    expect(freeSlots(slots({ enabled: false }))).toBe(0);
    expect(freeSlots(slots({ deleted: true }))).toBe(0);
  });

  test('are none of what an alert may be routed or resent to: that may be paused', () => {
    expect(isAvailable(slots({ paused: true }))).toBe(true);
  });

  test('leaves half of the slots free of waiting retries', () => {
    expect(mayKeepSlot(slots({ delayed: 4 }))).toBe(true);
    expect(mayKeepSlot(slots({ delayed: 5 }))).toBe(false);
  });

  test('lets no retry of a paused, disabled or deleted destination keep its slot', () => {
    expect(mayKeepSlot(slots({ paused: true }))).toBe(false);
    expect(mayKeepSlot(slots({ enabled: false }))).toBe(false);
    expect(mayKeepSlot(slots({ deleted: true }))).toBe(false);
  });

  test('lets no retry keep the only slot of a destination', () => {
    expect(mayKeepSlot(slots({ maxInFlight: 1, queued: 1 }))).toBe(false);
  });

  test('go to first attempts by half, and of single ones every other', () => {
    expect(firstAttemptsShare(10, 0.3)).toBe(5);
    expect(firstAttemptsShare(5, 0.3)).toBe(2);
    expect(firstAttemptsShare(5, 0.5)).toBe(3);
    expect(firstAttemptsShare(1, 0.49)).toBe(0);
    expect(firstAttemptsShare(1, 0.5)).toBe(1);
  });

  describe('let a new delivery', () => {
    test('take the last one', () => {
      expect(mayBegin({ ...slots({ queued: 9 }), ...NOTHING_WAITS })).toBe(true);
    });

    test('wait where all are held', () => {
      expect(mayBegin({ ...slots({ queued: 10 }), ...NOTHING_WAITS })).toBe(false);
    });

    test('wait behind what waits, also where one is free', () => {
      expect(mayBegin({ ...slots(), waiting: 1, nextDueInMs: 1 })).toBe(false);
    });
  });

  describe('let a retry that is hurried', () => {
    test('keep the one it holds', () => {
      expect(mayHurry({ ...slots({ queued: 10 }), waiting: 1, nextDueInMs: 0 }, true)).toBe(true);
    });

    test('wait while the destination is paused, also where it holds one', () => {
      expect(mayHurry({ ...slots({ paused: true, delayed: 1 }), ...NOTHING_WAITS }, true)).toBe(false);
    });

    test('take the last one', () => {
      expect(mayHurry({ ...slots({ queued: 9 }), ...NOTHING_WAITS }, false)).toBe(true);
      expect(mayHurry({ ...slots({ queued: 10 }), ...NOTHING_WAITS }, false)).toBe(false);
    });

    test.each([
      ['behind what is due', 0, false],
      ['behind what may be due', null, false],
      ['but not behind what is due later', 1, true],
    ])('wait %s', (_, nextDueInMs, isAtOnce) => {
      expect(mayHurry({ ...slots(), waiting: 1, nextDueInMs }, false)).toBe(isAtOnce);
    });
  });
});
