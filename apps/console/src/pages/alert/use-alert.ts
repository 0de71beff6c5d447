import { useQuery } from '@tanstack/react-query';
import { useApi } from '../../api/api-context.tsx';
import { answer } from '../../api/client.ts';
import { LIVE_MS } from '../../api/live.ts';
import { mayRetry } from '../../api/problem.ts';
import { isOpen } from '../../parts/next-step.ts';
import { readAlert, type ShownAlert } from './read-alert.ts';

/** Whether anything about the alert is still to happen by itself. */
function isUnderWay({ status, deliveries }: ShownAlert): boolean {
  return status === 'routing' || deliveries.some(isOpen);
}

/** One alert with everything, asked for again while something is under way; else now and then, for others may resend. */
export function useAlert(alertId: string) {
  const api = useApi();
  return useQuery({
    queryKey: ['alerts', 'one', alertId],
    queryFn: ({ signal }) =>
      answer<string>(
        api.GET('/v1/alerts/{alertId}', { params: { path: { alertId } }, signal, parseAs: 'text' }),
      ).then(readAlert),
    refetchInterval: ({ state: { data, error } }) => {
      if (data === undefined) return error !== null && mayRetry(error) ? LIVE_MS.slow : false;
      return isUnderWay(data) ? LIVE_MS.detail : LIVE_MS.slow;
    },
  });
}
