import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { resendNotice } from '../../format/labels/next-step.ts';
import { useApi } from '../api-context.tsx';
import { type Schemas, unwrap } from '../client.ts';
import { notifyError } from '../notify-error.ts';

/** Reads everything again that a resend changes. */
export function useAfterResend(): () => Promise<unknown> {
  const queries = useQueryClient();
  return () =>
    Promise.all([
      queries.invalidateQueries({ queryKey: ['alerts'] }),
      queries.invalidateQueries({ queryKey: ['deliveries'] }),
    ]);
}

/** Requests that one delivery is sent again, and says in a notification what follows. */
export function useResendDelivery({ id }: Pick<Schemas['DeliveryItem'], 'id'>) {
  const api = useApi();
  const afterResend = useAfterResend();
  return useMutation({
    mutationFn: () => unwrap(api.POST('/v1/deliveries/{id}/resend', { params: { path: { id } } })),
    onSettled: afterResend,
    onSuccess: (delivery) => notifications.show({ color: 'green', message: resendNotice([delivery]) }),
    onError: notifyError,
  });
}
