import type { InfiniteData } from '@tanstack/react-query';
import { useEffect } from 'react';

export interface Continued {
  data: InfiniteData<{ items: readonly unknown[] }, unknown> | undefined;
  hasNextPage: boolean;
  isFetching: boolean;
  error: unknown;
  fetchNextPage: () => unknown;
}

/** Reads on while pages are empty: one page looks at a part of what is stored, and there may be a match beyond it. */
export function useContinue({ data, hasNextPage, isFetching, error, fetchNextPage }: Continued): void {
  const isEmpty = data?.pages.at(-1)?.items.length === 0;
  useEffect(() => {
    if (isEmpty && hasNextPage && !isFetching && error === null) fetchNextPage();
  }, [isEmpty, hasNextPage, isFetching, error, fetchNextPage]);
}
