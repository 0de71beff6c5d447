import type { Random } from '../harness/cases/random.ts';

export interface Strike<T> {
  target: T;
  /** The pause before it. */
  afterMs: number;
}

/** Strikes each target in turn, every round in another order, with pauses at random. */
export function strikeSchedule<T>(
  random: Random,
  {
    targets,
    count,
    pauseMs: [min, max],
  }: { targets: readonly T[]; count: number; pauseMs: [number, number] },
): Strike<T>[] {
  const strikes: Strike<T>[] = [];
  while (strikes.length < count) {
    for (const target of random.shuffled(targets))
      strikes.push({ target, afterMs: random.between(min, max) });
  }
  return strikes.slice(0, count);
}
