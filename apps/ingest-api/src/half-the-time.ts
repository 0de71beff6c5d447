import { setTimeout as wait } from 'node:timers/promises';
import type { Pace } from './insert-alerts.ts';

/**
 * One statement after the other, with a rest after each for as long as it took: a processor of the database is busy with them for
 * half of the time at most, however much there is to do.
 *
 * @param nowMs a clock that never runs backwards
 * @param rest waits for so many milliseconds
 */
export function createHalfTheTime(
  nowMs: () => number = () => performance.now(),
  rest: (ms: number) => Promise<unknown> = wait,
): Pace {
  let last: Promise<unknown> = Promise.resolve();
  let restedAt = Number.NEGATIVE_INFINITY;

  async function runRested<T>(statement: () => Promise<T>): Promise<T> {
    const leftMs = restedAt - nowMs();
    if (leftMs > 0) await rest(leftMs);
    const startedAt = nowMs();
    try {
      return await statement();
    } finally {
      restedAt = 2 * nowMs() - startedAt;
    }
  }

  return (statement) => {
    const answer = last.then(() => runRested(statement));
    last = answer.catch(() => undefined);
    return answer;
  };
}
