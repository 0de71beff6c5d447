import { useSearchParams } from 'react-router';

export interface UrlFilters {
  /** The value of one filter; null where it is not set. */
  get: (name: string) => string | null;
  /** The values of a filter that may have several. */
  list: (name: string) => string[];
  /** Sets filters; null, an empty text and an empty list take one away. */
  set: (changes: Record<string, string | readonly string[] | null>) => void;
  isEmpty: boolean;
  clear: () => void;
}

/** Filters that live in the page's URL, so that a view can be shared and the browser's history goes through them. */
export function useUrlFilters(names: readonly string[]): UrlFilters {
  const [search, setSearch] = useSearchParams();
  const get = (name: string) => search.get(name);
  function set(changes: Record<string, string | readonly string[] | null>): void {
    // Read from the current address: the last render may be older than the latest change.
    const next = new URLSearchParams(window.location.search);
    for (const [name, value] of Object.entries(changes)) {
      const text = value === null || typeof value === 'string' ? value : value.join(',');
      if (text === null || text === '') next.delete(name);
      else next.set(name, text);
    }
    setSearch(next, { replace: true });
  }
  return {
    get,
    list: (name) => (search.get(name) ?? '').split(',').filter((part) => part !== ''),
    set,
    isEmpty: names.every((name) => !search.has(name)),
    clear: () => set(Object.fromEntries(names.map((name) => [name, null]))),
  };
}
