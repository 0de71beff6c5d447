import { Anchor, Badge, Box, Button, Group, Paper, Stack, Text } from '@mantine/core';
import { Link } from 'react-router';
import type { Schemas } from '../../api/client.ts';
import { useResendDelivery } from '../../api/queries/resend.ts';
import { SeverityBadge, StatusBadge } from '../../components/text/badges.tsx';
import { Distance } from '../../components/text/moment.tsx';
import { PlainText } from '../../components/text/plain-text.tsx';
import { useNowAs } from '../../components/text/use-now.ts';
import { counted } from '../../format/counts.ts';
import {
  canResend,
  isOpen,
  nextStepLabel,
  resendLabel,
  resendObstacle,
} from '../../format/labels/next-step.ts';
import { useSession } from '../../session/session.tsx';

type Delivery = Schemas['DeliveryItem'];

/** Deliveries as rows that become cards where there is no room. */
export function DeliveryList({ deliveries }: { deliveries: Delivery[] }) {
  return (
    <Stack gap={6} component="ul" p={0} m={0} style={{ listStyle: 'none' }}>
      {deliveries.map((delivery) => (
        <Paper key={delivery.id} component="li" withBorder px="md" py="xs" radius="md">
          <Row delivery={delivery} />
        </Paper>
      ))}
    </Stack>
  );
}

function Row({ delivery }: { delivery: Delivery }) {
  const last = delivery.lastAttempt;
  return (
    <Group gap="sm" align="center" justify="space-between">
      <Box flex="1 1 320px" miw={0}>
        <Group gap="xs" wrap="nowrap" align="center">
          <SeverityBadge severity={delivery.alertSeverity} />
          <Anchor
            component={Link}
            to={`/alerts/${encodeURIComponent(delivery.alertId)}`}
            underline="hover"
            style={{ minWidth: 0 }}
          >
            <PlainText text={delivery.alertTitle} lines={1} fw={500} />
          </Anchor>
        </Group>
        <PlainText text={`to ${delivery.destinationName}`} lines={1} size="sm" c="dimmed" />
      </Box>
      <Stack gap={2} flex="1 1 260px" miw={0}>
        <Group gap="xs">
          <StatusBadge status={delivery.status} />
          {delivery.round > 1 && (
            <Badge color="gray.7" radius="sm" tt="none">
              round {delivery.round}
            </Badge>
          )}
          <Text size="sm">{counted(delivery.attemptCount, 'attempt')}</Text>
        </Group>
        {last?.error && (
          <PlainText text={`${last.error.code}: ${last.error.message}`} lines={1} size="xs" c="dimmed" />
        )}
        {!last?.error && delivery.failureCode !== null && (
          <Text size="xs" c="dimmed">
            {delivery.failureCode}
          </Text>
        )}
        <Waiting delivery={delivery} />
      </Stack>
      <Group gap="sm" flex="0 0 auto">
        <Text size="sm" c="dimmed">
          <Distance iso={delivery.updatedAt} />
        </Text>
        <ResendOne delivery={delivery} />
      </Group>
    </Group>
  );
}

/** What happens next, while it has not ended. */
function Waiting({ delivery }: { delivery: Delivery }) {
  const label = useNowAs((now) => nextStepLabel(delivery, now));
  if (!isOpen(delivery)) return null;
  return (
    <Text size="xs" c="dimmed">
      {label}
    </Text>
  );
}

/** Sends one delivery again, or makes its retry due now; for those who may. */
function ResendOne({ delivery }: { delivery: Schemas['DeliveryItem'] }) {
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
