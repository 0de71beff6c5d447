import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useApi } from '../api-context.tsx';
import { type Schemas, unwrap } from '../client.ts';
import { summaryOf } from '../problem.ts';

/** Tells of a failed change in a notification. */
export function notifyError(error: unknown): void {
  notifications.show({ color: 'red', ...summaryOf(error) });
}

/** Has everything asked for again that a resend changes. */
export function useAfterResend(): () => Promise<unknown> {
  const queries = useQueryClient();
  return () =>
    Promise.all([
      queries.invalidateQueries({ queryKey: ['alerts'] }),
      queries.invalidateQueries({ queryKey: ['deliveries'] }),
    ]);
}

/** Sends one delivery again, and tells how that went in a notification. */
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
