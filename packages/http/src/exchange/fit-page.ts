import { LIMITS } from '@tocsin/contract';

/** What the rest of an answer needs: names, a cursor. */
const FRAME_BYTES = 2_048;

/** A page that is filled item by item. */
export interface FillingPage<T> {
  readonly items: T[];
  /** @returns false where the item has no room, and the page ends before it */
  add(item: T): boolean;
}

/**
 * A page of as many items as one answer may hold; at least one, of which none is that large by itself.
 *
 * @param usedBytes what else the answer holds
 */
export function fillPage<T>(usedBytes = 0): FillingPage<T> {
  let left = LIMITS.pageBytesMax - FRAME_BYTES - usedBytes;
  const items: T[] = [];
  return {
    items,
    add(item) {
      left -= Buffer.byteLength(JSON.stringify(item)) + 1;
      const hasRoom = left >= 0 || items.length === 0;
      if (hasRoom) items.push(item);
      return hasRoom;
    },
  };
}

/** As many of these as one answer may hold, from the first on; see `fillPage`. */
export function fitPage<T>(items: Iterable<T>, usedBytes = 0): T[] {
  const page = fillPage<T>(usedBytes);
  for (const item of items) if (!page.add(item)) break;
  return page.items;
}
