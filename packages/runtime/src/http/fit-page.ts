import { LIMITS } from '@tocsin/contract';

/** What the rest of an answer needs: names, a cursor. */
const FRAME_BYTES = 2_048;

/**
 * As many items as one answer may hold, from the first on; at least one, of which none is that large by itself.
 *
 * @param usedBytes what else the answer holds
 */
export function fitPage<T>(items: Iterable<T>, usedBytes = 0): T[] {
  let left = LIMITS.pageBytesMax - FRAME_BYTES - usedBytes;
  const fitting: T[] = [];
  for (const item of items) {
    left -= Buffer.byteLength(JSON.stringify(item)) + 1;
    if (left < 0 && fitting.length > 0) break;
    fitting.push(item);
  }
  return fitting;
}
