import { Button, Group, Paper, Skeleton, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { useSession } from '../../../session/session.tsx';
import { JUMP_STYLE, SECTION_IDS } from '../on-this-page.tsx';
import type { ShownAlert } from '../read-alert.ts';
import { orderOf, tallyText } from './deliveries-order.ts';
import { DeliveryPanel } from './delivery-panel.tsx';
import { ResendFailedButton } from './resend.tsx';
import { SendElsewhere } from './send-elsewhere.tsx';

/** An alert may have gone to thousands of destinations. */
const PANELS_PER_STEP = 20;

/** The deliveries, which on-call needs first: sent or not, where to, and what is still open. */
export function DeliverySection({ alert }: { alert: ShownAlert }) {
  const { may } = useSession();
  const { deliveries, status } = alert;
  const mayResend = may('deliveries:resend') && status !== 'routing';
  return (
    <Stack component="section" aria-labelledby={SECTION_IDS.deliveries} gap="sm">
      <Group justify="space-between" gap="sm">
        <Group gap="sm" align="baseline">
          <Title order={2} size="h3" id={SECTION_IDS.deliveries} style={JUMP_STYLE}>
            Delivery Status
          </Title>
          <Text c="dimmed" aria-live="polite">
            {tallyText(deliveries)}
          </Text>
        </Group>
        {mayResend && (
          <Group gap="xs">
            <ResendFailedButton alert={alert} />
            {may('destinations:read') && <SendElsewhere alert={alert} />}
          </Group>
        )}
      </Group>
      {status === 'routing' && <BeingRouted />}
      {status !== 'routing' && deliveries.length === 0 && (
        <Paper withBorder p="md" radius="md">
          <Text>This alert was sent to no destination. The routing decision says why.</Text>
        </Paper>
      )}
      <Panels alert={alert} />
    </Stack>
  );
}

function Panels({ alert }: { alert: ShownAlert }) {
  const { deliveries } = alert;
  const [order, setOrder] = useState<string[]>([]);
  const [shownMax, setShownMax] = useState(PANELS_PER_STEP);
  // Adjusted while rendering, so that no frame shows another order.
  if (deliveries.some(({ id }) => !order.includes(id))) setOrder(orderOf(deliveries, order));
  const byId = new Map(deliveries.map((delivery) => [delivery.id, delivery]));
  return (
    <>
      {order.slice(0, shownMax).map((id) => {
        const delivery = byId.get(id);
        return delivery && <DeliveryPanel key={id} alert={alert} delivery={delivery} />;
      })}
      {order.length > shownMax && (
        <Button variant="default" onClick={() => setShownMax(shownMax + PANELS_PER_STEP)}>
          Show more of {order.length} deliveries
        </Button>
      )}
    </>
  );
}

function BeingRouted() {
  return (
    <Paper withBorder p="md" radius="md" role="status">
      <Stack gap="sm">
        <Text>The alert is stored and is being routed.</Text>
        <Skeleton height={60} aria-hidden />
      </Stack>
    </Paper>
  );
}
