import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from 'react-router';
import { useApi } from '../api-context.tsx';
import { unwrap } from '../client.ts';
import { notifyError } from '../notify-error.ts';
import { sampleAlert } from './sample-alert.ts';

/** Sends a sample alert and goes to its page; a failure is shown in a notification. */
export function useSendSampleAlert() {
  const api = useApi();
  const queries = useQueryClient();
  const navigate = useNavigate();
  return useMutation({
    mutationFn: () => unwrap(api.POST('/v1/alerts', { body: sampleAlert(new Date()) })),
    onSuccess: async ({ results }) => {
      await queries.invalidateQueries({ queryKey: ['alerts'] });
      const alertId = results[0]?.alertId;
      if (alertId) await navigate(`/alerts/${encodeURIComponent(alertId)}`);
    },
    onError: notifyError,
  });
}
