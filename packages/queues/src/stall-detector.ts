/**
 * Notices that this process did not run for longer than a lock lasts (stopped, swapped out, blocked by a long
 * computation): the jobs it holds may by then run elsewhere. Timers come before any reply in Node's event loop, so this
 * speaks before a half-done job goes on, and before the store can tell us that the lock is lost.
 * @param now a monotonic clock in milliseconds
 */
export function detectStalls(options: {
  thresholdMs: number;
  onStall: (stalledMs: number) => void;
  now: () => number;
}): { stop(): void } {
  let last = options.now();
  const timer = setInterval(() => {
    const previous = last;
    last = options.now();
    if (last - previous > options.thresholdMs) options.onStall(last - previous);
  }, options.thresholdMs / 4);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}
