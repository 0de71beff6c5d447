import { Button, Text } from '@mantine/core';
import type { Schemas } from '../../api/client.ts';
import { useResendDelivery } from '../../api/queries/resend.ts';
import { canResend, resendLabel, resendObstacle } from '../../format/labels/next-step.ts';
import { useSession } from '../../session/session.tsx';

/** Sends one delivery again, or makes its retry due now; for those who may. */
export function ResendOne({ delivery }: { delivery: Schemas['DeliveryItem'] }) {
  const { may } = useSession();
  const resend = useResendDelivery(delivery);
  if (!canResend(delivery) || !may('deliveries:resend')) return null;
  const obstacle = resendObstacle(delivery);
  if (obstacle !== null)
    return (
      <Text size="xs" c="dimmed" maw={180}>
        {obstacle}
      </Text>
    );
  return (
    <Button
      size="compact-sm"
      variant="default"
      onClick={() => resend.mutate()}
      loading={resend.isPending}
      aria-label={`${resendLabel(delivery)} to ${delivery.destinationName}`}
    >
      {resendLabel(delivery)}
    </Button>
  );
}
