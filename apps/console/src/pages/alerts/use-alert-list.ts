import {
  type InfiniteData,
  keepPreviousData,
  useInfiniteQuery,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useApi } from '../../api/api-context.tsx';
import { unwrap } from '../../api/client.ts';
import { mayRetry } from '../../api/problem-message.ts';
import { POLL_MS } from '../../api/queries/polling.ts';
import { useContinue } from '../../api/queries/use-continue.ts';
import { type AlertFilters, queryOf } from './alert-query.ts';
import { type AlertPage, countNew, withNewest } from './newest.ts';

const PAGE_ITEMS = 50;

type Pages = InfiniteData<AlertPage, string | null>;

/**
 * The list of alerts under these filters, live: the newest page is read again and again, and shown at once unless
 * somebody is reading; then `fresh` counts the new alerts, and `showNewest` shows them.
 */
export function useAlertList(filters: AlertFilters, isReading: () => boolean) {
  const api = useApi();
  const queries = useQueryClient();
  const listKey = ['alerts', 'list', filters];
  const newestKey = ['alerts', 'newest', filters];
  const [isHeld, setIsHeld] = useState(false);

  async function readPage(cursor: string | null, signal: AbortSignal): Promise<AlertPage> {
    const query = { ...queryOf(filters, Date.now()), limit: PAGE_ITEMS, ...(cursor !== null && { cursor }) };
    return unwrap(api.GET('/v1/alerts', { params: { query }, signal }));
  }

  const list = useInfiniteQuery({
    queryKey: listKey,
    initialPageParam: null as string | null,
    queryFn: async ({ pageParam, signal }) => {
      const page = await readPage(pageParam, signal);
      if (pageParam === null) queries.setQueryData<AlertPage>(newestKey, page);
      return page;
    },
    getNextPageParam: (page) => page.nextCursor,
    placeholderData: keepPreviousData,
    // Only `withNewest` changes the shown pages: reading every page again would move the rows that somebody reads.
    staleTime: Number.POSITIVE_INFINITY,
    refetchInterval: ({ state: { data, error } }) =>
      data === undefined && error !== null && mayRetry(error) ? POLL_MS.slow : false,
  });
  useContinue(list);
  const newest = useQuery({
    queryKey: newestKey,
    enabled: list.isSuccess && !list.isPlaceholderData,
    queryFn: ({ signal }) => readPage(null, signal),
    refetchInterval: POLL_MS.list,
  });

  const { data: newestPage, dataUpdatedAt } = newest;
  useEffect(() => {
    if (newestPage === undefined) return;
    const reads = isReading();
    const next = queries.setQueryData<Pages>(
      listKey,
      (shown) => shown && { ...shown, pages: withNewest(shown.pages, newestPage, reads) },
      { updatedAt: dataUpdatedAt },
    );
    setIsHeld(reads || (next?.pages.length ?? 0) > 1);
  }, [newestPage, dataUpdatedAt, isReading, queries, filters]);

  async function showNewest(): Promise<void> {
    if (newestPage === undefined) return;
    await queries.cancelQueries({ queryKey: listKey });
    queries.setQueryData<Pages>(listKey, { pages: [newestPage], pageParams: [null] });
    setIsHeld(false);
    window.scrollTo({ top: 0 });
  }

  const pages = list.data?.pages ?? [];
  const canCount = isHeld && newestPage !== undefined && !list.isPlaceholderData;
  return {
    list,
    alerts: pages.flatMap((page) => page.items),
    /** The newest page could not be read: the list is not live. */
    liveError: newest.error,
    fresh: canCount ? countNew(pages, newestPage) : { count: 0, isMore: false },
    showNewest,
  };
}
