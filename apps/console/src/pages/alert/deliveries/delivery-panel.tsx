import { Button, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { memo, useId } from 'react';
import type { Schemas } from '../../../api/client.ts';
import { StatusBadge } from '../../../components/text/badges.tsx';
import { DestinationName } from '../../../components/text/destination-names.tsx';
import { Moment } from '../../../components/text/moment.tsx';
import { useNowAs } from '../../../components/text/use-now.ts';
import { failureLabels } from '../../../format/labels/failure-labels.ts';
import { canResend, isOpen, nextStepLabel, resendObstacle } from '../../../format/labels/next-step.ts';
import { useSession } from '../../../session/session.tsx';
import { Attempts } from '../attempts/attempts.tsx';
import { CurlBlock } from '../payload/curl-block.tsx';
import type { ShownAlert } from '../read-alert.ts';
import { ResendButton } from './resend.tsx';

type Delivery = Schemas['DeliverySummary'];

export interface DeliveryPanelProps {
  alert: ShownAlert;
  delivery: Delivery;
}

/** The delivery to one destination: its state, and its attempts. */
export const DeliveryPanel = memo(function DeliveryPanel({ alert, delivery }: DeliveryPanelProps) {
  const { may } = useSession();
  const mayResend = may('deliveries:resend') && canResend(delivery);
  const obstacle = resendObstacle(delivery);
  const headingId = useId();
  const [isCurlShown, { toggle }] = useDisclosure(false);
  return (
    <Paper component="section" aria-labelledby={headingId} withBorder p="md" radius="md">
      <Stack gap="xs">
        <Group justify="space-between" align="flex-start" gap="sm">
          <Group gap="xs" style={{ minWidth: 0, flex: '1 1 240px' }}>
            <Title order={3} size="h5" id={headingId} style={{ minWidth: 0 }}>
              <DestinationName
                id={delivery.destinationId}
                name={delivery.destinationName}
                isLink={may('destinations:read')}
              />
            </Title>
            <StatusBadge status={delivery.status} />
          </Group>
          <Group gap="xs">
            {may('destinations:read') && (
              <Button
                size="xs"
                variant="default"
                aria-expanded={isCurlShown}
                aria-describedby={headingId}
                onClick={toggle}
              >
                {isCurlShown ? 'Hide curl' : 'Show curl'}
              </Button>
            )}
            {mayResend && obstacle === null && <ResendButton delivery={delivery} describedBy={headingId} />}
          </Group>
        </Group>
        <NextStep delivery={delivery} />
        {mayResend && obstacle !== null && (
          <Text size="sm" c="dimmed">
            {obstacle}
          </Text>
        )}
        {isCurlShown && <CurlBlock alert={alert} delivery={delivery} />}
        <Attempts delivery={delivery} />
      </Stack>
    </Paper>
  );
});

/** What happens next or how it ended, and what to do about it. */
function NextStep({ delivery }: { delivery: Delivery }) {
  const label = useNowAs((nowMs) => nextStepLabel(delivery, nowMs));
  const { status, failureCode, nextAttemptAt, round, updatedAt } = delivery;
  return (
    <div>
      <Text size="sm">
        {label}
        {round > 1 && ` Round ${round}.`}{' '}
        <Text span size="sm" c="dimmed">
          <Moment iso={isOpen(delivery) ? (nextAttemptAt ?? updatedAt) : updatedAt} />
        </Text>
      </Text>
      {status === 'failed' && failureCode !== null && (
        <Text size="sm" c="dimmed">
          {failureLabels(failureCode).advice} <code>{failureCode}</code>
        </Text>
      )}
    </div>
  );
}
