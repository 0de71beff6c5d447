import { useSyncExternalStore } from 'react';

let now = Date.now();
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

/** One clock for the whole page, which runs while something uses it. */
function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= start();
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

function start(): ReturnType<typeof setInterval> {
  now = Date.now();
  return setInterval(() => {
    now = Date.now();
    for (const each of listeners) each();
  }, 1_000);
}

/** The time in milliseconds, moving on once a second. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now);
}

/**
 * A value computed from the time once a second; components re-render only when the value has changed.
 *
 * @param of given the time in milliseconds; equal results are the same result
 */
export function useNowAs<T extends string | number | boolean>(of: (nowMs: number) => T): T {
  return useSyncExternalStore(subscribe, () => of(now));
}
