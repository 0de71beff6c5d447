import { useInfiniteQuery } from '@tanstack/react-query';
import { useEffect, useMemo } from 'react';
import { useApi } from '../../../api/api-context.tsx';
import type { Destination } from '../../../api/client.ts';
import { unwrap } from '../../../api/client.ts';
import { ALL_DESTINATIONS_KEY } from '../../../api/queries/destinations.ts';
import { refreshMs } from './refresh.ts';

const PAGE_ITEMS = 1_000;

export interface AllDestinations {
  /** Those loaded so far, by name; undefined before the first page. */
  destinations: Destination[] | undefined;
  /** Whether more are being loaded. */
  isIncomplete: boolean;
  error: unknown;
  retry: () => unknown;
}

/** Every destination: page after page, shown as they come, then all of them again from time to time. */
export function useAllDestinations(): AllDestinations {
  const api = useApi();
  const query = useInfiniteQuery({
    queryKey: ALL_DESTINATIONS_KEY,
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        api.GET('/v1/destinations', {
          params: { query: { limit: PAGE_ITEMS, ...(pageParam === null ? {} : { cursor: pageParam }) } },
          signal,
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: ({ nextCursor }) => nextCursor,
    refetchInterval: ({ state: { data } }) =>
      data && data.pages.at(-1)?.nextCursor === null ? refreshMs(data.pages) : false,
  });
  const { data, hasNextPage, isFetching, isError, fetchNextPage, refetch } = query;
  useEffect(() => {
    if (hasNextPage && !isFetching && !isError) fetchNextPage();
  }, [hasNextPage, isFetching, isError, fetchNextPage]);
  const destinations = useMemo(() => data && unique(data.pages.flatMap(({ items }) => items)), [data]);
  return {
    destinations,
    isIncomplete: hasNextPage,
    error: query.error,
    retry: () => (hasNextPage ? fetchNextPage() : refetch()),
  };
}

/** A destination renamed while the pages were read may be on two of them. */
function unique(destinations: readonly Destination[]): Destination[] {
  return [...new Map(destinations.map((destination) => [destination.id, destination])).values()];
}
