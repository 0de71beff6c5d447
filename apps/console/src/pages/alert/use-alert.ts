import { useInfiniteQuery } from '@tanstack/react-query';
import { useApi } from '../../api/api-context.tsx';
import { unwrap } from '../../api/client.ts';
import { mayRetry } from '../../api/problem-message.ts';
import { POLL_MS } from '../../api/queries/polling.ts';
import { isOpen } from '../../format/labels/next-step.ts';
import { readAlert, type ShownAlert } from './read-alert.ts';

/** Whether the alert may still change without a user's action. */
function isUnderWay({ status, deliveries }: ShownAlert): boolean {
  return status === 'routing' || deliveries.some(isOpen);
}

/**
 * One alert with its deliveries, page after page where it has many; read again often while something is in progress,
 * otherwise rarely: somebody else may resend.
 */
export function useAlert(alertId: string) {
  const api = useApi();
  return useInfiniteQuery({
    queryKey: ['alerts', 'one', alertId],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) => {
      const query = pageParam === null ? {} : { cursor: pageParam };
      return unwrap<string>(
        api.GET('/v1/alerts/{alertId}', { params: { path: { alertId }, query }, signal, parseAs: 'text' }),
      ).then(readAlert);
    },
    getNextPageParam: ({ nextCursor }) => nextCursor,
    select: ({ pages }): ShownAlert | undefined =>
      pages[0] && { ...pages[0], deliveries: pages.flatMap(({ deliveries }) => deliveries) },
    refetchInterval: ({ state: { data, error } }) => {
      if (data === undefined) return error !== null && mayRetry(error) ? POLL_MS.slow : false;
      return data.pages.some(isUnderWay) ? POLL_MS.detail : POLL_MS.slow;
    },
  });
}
