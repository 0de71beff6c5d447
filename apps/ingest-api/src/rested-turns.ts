import { setTimeout as wait } from 'node:timers/promises';
import type { Pace } from './insert-alerts.ts';

/** So many times as long as a statement took. */
const REST = 2;
/** What rests longer has waited more than it worked, such as for a lock of another insert; milliseconds. */
const REST_MS_MAX = 500;

/**
 * One after the other, and after each of its statements a rest for twice as long as that took: a processor of the database is
 * busy with them for a third of the time at most, however much there is to do. A turn is for all that is stored together: if one
 * that holds rows waited for the turn of another that waits for these rows, neither would come to its end.
 *
 * @param nowMs a clock that never runs backwards
 * @param rest waits for so many milliseconds
 * @returns runs `store` in its turn, and gives it what its statements are to be run by
 */
export function createRestedTurns(
  nowMs: () => number = () => performance.now(),
  rest: (ms: number) => Promise<unknown> = wait,
): <T>(store: (pace: Pace) => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  let restedAt = Number.NEGATIVE_INFINITY;

  async function runRested<T>(statement: () => Promise<T>): Promise<T> {
    const leftMs = restedAt - nowMs();
    if (leftMs > 0) await rest(leftMs);
    const startedAt = nowMs();
    try {
      return await statement();
    } finally {
      const endedAt = nowMs();
      restedAt = endedAt + Math.min(REST_MS_MAX, REST * (endedAt - startedAt));
    }
  }

  return (store) => {
    const stored = last.then(() => store(runRested));
    last = stored.catch(() => undefined);
    return stored;
  };
}
