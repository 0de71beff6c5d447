/** A page as every list of the API has it. */
export interface CursorPage<T> {
  items: T[];
  nextCursor: string | null;
}

export interface PageRequest {
  limit: number;
  cursor?: string;
}

/**
 * Fetches page after page until `limit` items have come or there are no more.
 *
 * @param limit how many items at most; may be infinite
 * @param pageMax what the API allows in one page
 * @param cursor where to begin
 */
export async function* fetchPages<T>(
  fetchPage: (request: PageRequest) => Promise<CursorPage<T>>,
  { limit, pageMax, cursor }: { limit: number; pageMax: number; cursor?: string | undefined },
): AsyncGenerator<CursorPage<T>> {
  let left = limit;
  let next: string | null | undefined = cursor;
  while (left > 0) {
    const page = await fetchPage({
      limit: Math.min(pageMax, left),
      ...(next === undefined || next === null ? {} : { cursor: next }),
    });
    yield page;
    left -= page.items.length;
    next = page.nextCursor;
    // A page may be empty although more follow: each page searches only a part of the stored data.
    if (next === null) return;
  }
}
