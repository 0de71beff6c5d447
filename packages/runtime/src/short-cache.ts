import { LRUCache } from 'lru-cache';

/** Entries kept at most, so that guessed names cannot fill the memory. */
const ENTRIES_MAX = 10_000;

export interface ShortCacheOptions {
  /** How long an answer is used again, in milliseconds. */
  maxAgeMs: number;
  /** A clock that never goes back, in milliseconds. */
  now: () => number;
}

export interface ShortCache<T> {
  /** @param caller who asks, for a read that treats callers alike */
  get(name: string, caller: string): Promise<T>;
  /** The next `get` of this name reads again. */
  forget(name: string): void;
}

/** Keeps what was read by a name for a short time; that there is nothing is kept too. */
export function createShortCache<T>(
  read: (name: string, caller: string) => Promise<T>,
  { maxAgeMs, now }: ShortCacheOptions,
): ShortCache<T> {
  const entries = new LRUCache<string, { readonly readAt: number; readonly value: Promise<T> }>({
    max: ENTRIES_MAX,
  });
  return {
    /** Concurrent calls share one read; a read that fails is not kept. */
    get(name, caller) {
      const kept = entries.get(name);
      if (kept !== undefined && now() - kept.readAt < maxAgeMs) return kept.value;
      const entry = { readAt: now(), value: read(name, caller) };
      entries.set(name, entry);
      entry.value.catch(() => {
        if (entries.get(name) === entry) entries.delete(name);
      });
      return entry.value;
    },
    forget: (name) => void entries.delete(name),
  };
}
