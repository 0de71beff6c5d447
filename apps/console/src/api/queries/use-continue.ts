import type { InfiniteData } from '@tanstack/react-query';
import { useEffect } from 'react';

export interface Continued {
  data: InfiniteData<{ items: readonly unknown[] }, unknown> | undefined;
  hasNextPage: boolean;
  isFetching: boolean;
  error: unknown;
  fetchNextPage: () => unknown;
}

/**
 * Reads the next page while pages are empty: one page searches only a part of the stored data, and later parts may
 * match.
 */
export function useContinue({ data, hasNextPage, isFetching, error, fetchNextPage }: Continued): void {
  const isEmpty = data?.pages.at(-1)?.items.length === 0;
  useEffect(() => {
    if (isEmpty && hasNextPage && !isFetching && error === null) fetchNextPage();
  }, [isEmpty, hasNextPage, isFetching, error, fetchNextPage]);
}
