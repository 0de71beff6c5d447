import { Button, Text } from '@mantine/core';
import type { Schemas } from '../../api/client.ts';
import { canResend, resendObstacle, resendWords } from '../../parts/next-step.ts';
import { useResendDelivery } from '../../parts/use-resend.ts';
import { useSession } from '../../shell/session.tsx';

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
      aria-label={`${resendWords(delivery)} to ${delivery.destinationName}`}
    >
      {resendWords(delivery)}
    </Button>
  );
}
