import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useApi } from '../../api/api-context.tsx';
import { answer, type Schemas } from '../../api/client.ts';
import { messageOf } from '../../api/problem.ts';
import { isOpen } from '../../parts/next-step.ts';
import { useSession } from '../../shell/session.tsx';

/** Sends one delivery again; there where it has ended, for whoever may. */
export function ResendOne({ delivery }: { delivery: Schemas['Delivery'] }) {
  const api = useApi();
  const queries = useQueryClient();
  const { may } = useSession();
  const resend = useMutation({
    mutationFn: () =>
      answer(api.POST('/v1/deliveries/{id}/resend', { params: { path: { id: delivery.id } } })),
    onSuccess: () => {
      notifications.show({ color: 'green', message: `Sent again to ${delivery.destinationName}.` });
      return queries.invalidateQueries({ queryKey: ['deliveries'] });
    },
    onError: (error) => {
      const { title, detail } = messageOf(error);
      notifications.show({ color: 'red', title, message: detail });
    },
  });
  if (isOpen(delivery) || !may('deliveries:resend')) return null;
  return (
    <Button
      size="compact-sm"
      variant="default"
      onClick={() => resend.mutate()}
      loading={resend.isPending}
      aria-label={`Resend to ${delivery.destinationName}`}
    >
      Resend
    </Button>
  );
}
