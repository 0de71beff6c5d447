import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
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

/** Sends one delivery again, and shows in a notification how that went. */
export function useResendDelivery({
  id,
  destinationName,
}: Pick<Schemas['DeliveryItem'], 'id' | 'destinationName'>) {
  const api = useApi();
  const afterResend = useAfterResend();
  return useMutation({
    mutationFn: () => unwrap(api.POST('/v1/deliveries/{id}/resend', { params: { path: { id } } })),
    onSettled: afterResend,
    onSuccess: () => notifications.show({ color: 'green', message: `Sent again to ${destinationName}.` }),
    onError: notifyError,
  });
}
