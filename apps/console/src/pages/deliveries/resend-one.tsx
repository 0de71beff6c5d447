import { Button } from '@mantine/core';
import type { Schemas } from '../../api/client.ts';
import { isOpen } from '../../parts/next-step.ts';
import { useResendDelivery } from '../../parts/use-resend.ts';
import { useSession } from '../../shell/session.tsx';

/** Sends one delivery again; there where it has ended, for whoever may. */
export function ResendOne({ delivery }: { delivery: Schemas['DeliveryItem'] }) {
  const { may } = useSession();
  const resend = useResendDelivery(delivery);
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
