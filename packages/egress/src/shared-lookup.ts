import type { LookupAddress } from 'node:dns';
import { performance } from 'node:perf_hooks';
import type { ResolveAll } from './guarded-lookup.ts';

/** Resolves a name to all of its addresses. `hints` are those of `dns.lookup`. */
export type ResolveName = (hostname: string, hints: number) => Promise<LookupAddress[]>;

/** Shorter than the first retry's delay (5 s by default, less its spread), so that a retry asks anew. */
const ANSWER_KEPT_MS = 3_000;

/**
 * Lets all who want one name at one time share a single question, and keeps its answer for a moment: a storm of
 * connections asks once. Errors are not kept. Each use of an answer judges it anew.
 *
 * @param options.nowMs a clock in milliseconds that never runs backwards
 */
export function createSharedLookup(
  resolve: ResolveName,
  { nowMs = () => performance.now() }: { nowMs?: () => number } = {},
): ResolveAll {
  const underWay = new Map<string, Promise<LookupAddress[]>>();
  /** In the order of their ends, since all are kept equally long. */
  const kept = new Map<string, { answer: LookupAddress[]; untilMs: number }>();

  function dropOld(): void {
    for (const [key, { untilMs }] of kept) {
      if (untilMs > nowMs()) return;
      kept.delete(key);
    }
  }

  async function ask(key: string, hostname: string, hints: number): Promise<LookupAddress[]> {
    try {
      const answer = await resolve(hostname, hints);
      kept.set(key, { answer, untilMs: nowMs() + ANSWER_KEPT_MS });
      return answer;
    } finally {
      underWay.delete(key);
    }
  }

  async function share(hostname: string, hints: number): Promise<LookupAddress[]> {
    const key = `${hints}/${hostname.toLowerCase()}`;
    dropOld();
    const known = kept.get(key);
    if (known !== undefined) return known.answer;
    let asking = underWay.get(key);
    if (asking === undefined) {
      asking = ask(key, hostname, hints);
      underWay.set(key, asking);
    }
    return asking;
  }

  return (hostname, { hints = 0 }, callback) => {
    share(hostname, hints).then(
      // A turn later, so that what a callback throws does not become a rejection of the promise.
      (answer) => setImmediate(callback, null, answer),
      (error: NodeJS.ErrnoException) => setImmediate(callback, error, []),
    );
  };
}
