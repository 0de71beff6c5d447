/** What is read for metrics and readiness, which anybody may ask for, is this old at most; milliseconds. */
const LOOK_MS = 1_000;

/**
 * Reads something once for all who ask within a second.
 *
 * @returns what was read; null where it could not be
 */
export function createLook<T>(read: () => Promise<T>): () => Promise<T | null> {
  let latest: { at: number; seen: Promise<T | null> } | undefined;
  return () => {
    if (latest === undefined || performance.now() - latest.at > LOOK_MS)
      latest = { at: performance.now(), seen: read().catch(() => null) };
    return latest.seen;
  };
}
