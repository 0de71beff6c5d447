/**
 * Splits a process's concurrency over its queues as evenly as it goes, at least 1 each.
 * @example splitConcurrency(10, 4) // [3, 3, 2, 2]
 */
export function splitConcurrency(total: number, queues: number): number[] {
  const share = Math.floor(total / queues);
  const remainder = total - share * queues;
  return Array.from({ length: queues }, (_, index) => Math.max(1, share + (index < remainder ? 1 : 0)));
}
