import type { LookupAddress } from 'node:dns';
import { performance } from 'node:perf_hooks';
import { LRUCache } from 'lru-cache';
import type { ResolveAll } from './guarded-lookup.ts';

/** Resolves a name to all of its addresses. `hints` are those of `dns.lookup`. */
export type ResolveName = (hostname: string, hints: number) => Promise<LookupAddress[]>;

/** Shorter than the first retry's delay (5 s by default, less its jitter), so that a retry asks anew. */
const ANSWER_KEPT_MS = 3_000;

const ANSWERS_MAX = 10_000;
/** A name's servers choose how many addresses it has, some thousands at most. */
const ANSWERS_BYTES_MAX = 8 * 1024 * 1024;
/** What an answer takes, and each of its addresses, on Node 24. */
const ANSWER_BYTES = 512;
const ADDRESS_BYTES = 96;

/**
 * Lets concurrent look-ups of a name share one question, and keeps its answer for 3 s: a storm of connections asks
 * once. Errors are not kept. Each use of an answer judges it anew.
 *
 * @param options.nowMs a clock in milliseconds that never runs backwards
 */
export function createSharedLookup(
  resolve: ResolveName,
  {
    nowMs = () => performance.now(),
    bytesMax = ANSWERS_BYTES_MAX,
  }: { nowMs?: () => number; bytesMax?: number } = {},
): ResolveAll {
  const answers = new LRUCache<string, LookupAddress[], { hostname: string; hints: number }>({
    max: ANSWERS_MAX,
    maxSize: bytesMax,
    sizeCalculation: (addresses) => ANSWER_BYTES + addresses.length * ADDRESS_BYTES,
    ttl: ANSWER_KEPT_MS,
    ttlResolution: 0,
    perf: { now: nowMs },
    // A question that the cache evicts is still answered.
    ignoreFetchAbort: true,
    fetchMethod: (_key, _old, { context }) => resolve(context.hostname, context.hints),
  });
  return (hostname, { hints = 0 }, callback) => {
    answers.forceFetch(`${hints}/${hostname.toLowerCase()}`, { context: { hostname, hints } }).then(
      // A turn later, so that an error of the callback does not reject the promise.
      (answer) => setImmediate(callback, null, answer),
      (error: NodeJS.ErrnoException) => setImmediate(callback, error, []),
    );
  };
}
