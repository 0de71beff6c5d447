import { PATIENCE_MS } from './patience.ts';
import { waitFor } from './wait-for.ts';

/** How many of each kind of thing keep this process alive: sockets, servers, timers, child processes. */
export type OpenHandles = ReadonlyMap<string, number>;

/** Counts what is open now, for `expectNoLeaks` to compare with later. */
export function openHandles(): OpenHandles {
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return counts;
}

/** Kinds with more open than before, as `2 more TCPSocketWrap`. */
export function leakedSince(before: OpenHandles, now: OpenHandles = openHandles()): string[] {
  const leaked: string[] = [];
  for (const [kind, count] of now) {
    const more = count - (before.get(kind) ?? 0);
    if (more > 0) leaked.push(`${more} more ${kind}`);
  }
  return leaked;
}

/**
 * Fails if more is open than before. What has just been closed may take a moment to be gone, longer on a busy machine
 * and for a connection that `fetch` keeps (4 s), so it looks again for up to `timeoutMs` (`PATIENCE_MS` unless told).
 *
 * @throws Error naming the kinds
 */
export async function expectNoLeaks(
  before: OpenHandles,
  { timeoutMs = PATIENCE_MS }: { timeoutMs?: number } = {},
): Promise<void> {
  let leaked: string[] = [];
  const isClean = () => {
    leaked = leakedSince(before);
    return leaked.length === 0;
  };
  await waitFor(isClean, { timeoutMs, describe: () => `everything to be closed: ${leaked.join(', ')}` });
}
