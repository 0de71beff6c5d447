import { performance } from 'node:perf_hooks';

/** Tells which share of the time this thread was busy since the last question; 0 to 1. */
export type Utilization = () => number;

export function createUtilization(): Utilization {
  let last = performance.eventLoopUtilization();
  return () => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, last);
    last = now;
    return utilization;
  };
}

/** Long enough to have bursts and the pauses between them in it; milliseconds. */
const LOOK_MS = 200;
const GROWTH = 1.5;
/** A thread that is busy for a smaller share of the time has time to spare, and for a larger one it has none. */
const SPARE = 0.4;
const NONE = 0.7;

/** How many places there are next. Pure. @param isShort whether a job had to wait for a place */
export function nextPlaces(
  places: number,
  { utilization, isShort }: { utilization: number; isShort: boolean },
  { min, max }: { min: number; max: number },
): number {
  if (utilization > NONE) return min;
  if (!isShort) return Math.max(min, Math.floor(places / GROWTH));
  return utilization < SPARE ? Math.min(max, Math.ceil(places * GROWTH)) : places;
}

/**
 * How many places a thread has: few while it is busy, since each more makes the others wait; and more while jobs wait for
 * one although it has time to spare, since then it is others that answer slowly, such as a database that is far away.
 *
 * @param clock.nowMs a clock that never runs backwards
 * @param clock.wasShort whether a job had to wait for a place since the last question
 */
export function createPlacesBySpareTime(
  range: { min: number; max: number },
  clock: { nowMs: () => number; utilization: Utilization; wasShort: () => boolean },
): () => number {
  let places = range.min;
  let lookedAt = clock.nowMs();
  return () => {
    const now = clock.nowMs();
    if (range.max > range.min && now - lookedAt >= LOOK_MS) {
      lookedAt = now;
      places = nextPlaces(places, { utilization: clock.utilization(), isShort: clock.wasShort() }, range);
    }
    return places;
  };
}
