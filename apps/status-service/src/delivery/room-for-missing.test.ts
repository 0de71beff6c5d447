import { describe, expect, test } from '@jest/globals';
import { roomForMissing } from './room-for-missing.ts';

const slots = (state: Partial<Parameters<typeof roomForMissing>[0]> = {}) => ({
  ...{
    enabled: true,
    paused: false,
    limit: 100,
    deleted: false,
    maxInFlight: 10,
    queued: 0,
    delayed: 0,
    waiting: 0,
    nextDueInMs: null,
  },
  ...state,
});

describe('missing deliveries', () => {
  test('leave half of the slots free', () => {
    expect(roomForMissing(slots())).toBe(5);
    expect(roomForMissing(slots({ queued: 2, delayed: 1 }))).toBe(2);
    expect(roomForMissing(slots({ queued: 5 }))).toBe(0);
    expect(roomForMissing(slots({ queued: 9 }))).toBe(0);
  });

  test('leave half of the limit free, however many slots there are', () => {
    expect(roomForMissing(slots({ limit: 4, maxInFlight: 256 }))).toBe(2);
    expect(roomForMissing(slots({ limit: 4, maxInFlight: 256, queued: 1, delayed: 100 }))).toBe(1);
    expect(roomForMissing(slots({ limit: 4, maxInFlight: 256, queued: 2 }))).toBe(0);
    expect(roomForMissing(slots({ limit: 1, maxInFlight: 256 }))).toBe(1);
    expect(roomForMissing(slots({ limit: 0, maxInFlight: 256 }))).toBe(0);
  });

  test('have the only slot of a destination while nothing else needs it', () => {
    expect(roomForMissing(slots({ maxInFlight: 1 }))).toBe(1);
    expect(roomForMissing(slots({ maxInFlight: 1, queued: 1 }))).toBe(0);
  });

  test('come after everything due that waits, and before retries that are not due', () => {
    expect(roomForMissing(slots({ waiting: 1, nextDueInMs: 0 }))).toBe(0);
    expect(roomForMissing(slots({ waiting: 1, nextDueInMs: null }))).toBe(0);
    expect(roomForMissing(slots({ waiting: 1, nextDueInMs: 60_000 }))).toBe(5);
  });

  test('are none for a destination that is disabled or deleted', () => {
    expect(roomForMissing(slots({ enabled: false }))).toBe(0);
    expect(roomForMissing(slots({ deleted: true }))).toBe(0);
  });
});
