import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconRefresh } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useApi } from '../../../api/api-context.tsx';
import { type Schemas, unwrap } from '../../../api/client.ts';
import { notifyError } from '../../../api/notify-error.ts';
import { useAfterResend, useResendDelivery } from '../../../api/queries/resend.ts';
import { resendLabel, resendNotice, resendObstacle } from '../../../format/labels/next-step.ts';
import type { ShownAlert } from '../read-alert.ts';

type Delivery = Schemas['DeliverySummary'];

/** Sends one delivery again, or makes the retry that it waits for due now. */
export function ResendButton({ delivery, describedBy }: { delivery: Delivery; describedBy: string }) {
  const resend = useResendDelivery(delivery);
  return (
    <Button
      size="xs"
      variant="default"
      leftSection={<IconRefresh size={14} aria-hidden />}
      aria-describedby={describedBy}
      loading={resend.isPending}
      onClick={() => resend.mutate()}
    >
      {resendLabel(delivery)}
    </Button>
  );
}

/**
 * Sends the failed deliveries of an alert again, except those whose destination cannot be sent to; hidden if there are
 * none.
 */
export function ResendFailedButton({ alert: { alertId, deliveries } }: { alert: ShownAlert }) {
  const api = useApi();
  const afterResend = useAfterResend();
  const failed = deliveries.filter(({ status }) => status === 'failed');
  const fit = failed.filter((delivery) => resendObstacle(delivery) === null);
  // Only those that can be resent: the API would refuse all.
  const body =
    fit.length === failed.length ? {} : { destinationIds: fit.map(({ destinationId }) => destinationId) };
  const resend = useMutation({
    mutationFn: () =>
      unwrap(api.POST('/v1/alerts/{alertId}/resend', { params: { path: { alertId } }, body })),
    onSettled: afterResend,
    onSuccess: ({ deliveries }) => notifications.show({ color: 'green', message: resendNotice(deliveries) }),
    onError: notifyError,
  });
  if (fit.length === 0) return null;
  return (
    <Button
      size="xs"
      leftSection={<IconRefresh size={14} aria-hidden />}
      loading={resend.isPending}
      onClick={() => resend.mutate()}
    >
      Resend failed deliveries
    </Button>
  );
}
