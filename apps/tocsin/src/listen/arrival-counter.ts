/** The oldest ids are dropped beyond this, so that a receiver may run for weeks. */
const IDS_MAX = 10_000;

/** Counts how often each id has come. @returns a function that counts one more, and returns the new count */
export function createArrivalCounter(): (id: string) => number {
  const counts = new Map<string, number>();
  return (id) => {
    if (id === '') return 1;
    const count = (counts.get(id) ?? 0) + 1;
    // Moved to the end, so that the first key is the least recently seen.
    counts.delete(id);
    counts.set(id, count);
    const oldest = counts.keys().next().value;
    if (counts.size > IDS_MAX && oldest !== undefined) counts.delete(oldest);
    return count;
  };
}
