import { Box, Button, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconSend } from '@tabler/icons-react';
import type { Destination } from '../../../api/client.ts';
import { ErrorState } from '../../../components/page/error-state.tsx';
import { useLeaveGuard } from '../../../components/page/leave-guard.tsx';
import { PageFrame } from '../../../components/page/page-frame.tsx';
import { useSession } from '../../../session/session.tsx';
import { EnabledSwitch } from '../enabled-switch.tsx';
import { useDestinationForm } from '../form/use-destination-form.ts';
import { valuesOf } from '../form/values/form-values.ts';
import { HealthBadge } from '../health-badge.tsx';
import { PauseButton } from '../pause-button.tsx';
import { TestReport } from '../test-report.tsx';
import { useTestAlert } from '../use-test-alert.ts';
import { Actions } from './actions.tsx';
import { DeleteModal } from './delete-modal.tsx';
import { HealthSummary } from './health-summary.tsx';
import { RotateSecretModal } from './rotate-secret-modal.tsx';
import { SettingsForm } from './settings-form.tsx';
import { SettingsSummary } from './settings-summary.tsx';
import { SigningSection } from './signing-section.tsx';

export interface DestinationDetailProps {
  destination: Destination;
  /** Why the shown data could not be updated; null if it is up to date. */
  refreshError: unknown;
}

export function DestinationDetail({ destination, refreshError }: DestinationDetailProps) {
  const mayChange = useSession().may('destinations:write');
  const state = useDestinationForm(valuesOf(destination));
  const guard = useLeaveGuard(state.hasChanges);
  const [isDeleting, deleting] = useDisclosure();
  const [isRotating, rotating] = useDisclosure();
  return (
    <PageFrame
      title={destination.displayName}
      actions={<Actions destination={destination} onRotate={rotating.open} onDelete={deleting.open} />}
    >
      {guard.modal}
      <DeleteModal
        destination={destination}
        opened={isDeleting}
        onClose={deleting.close}
        beforeLeaving={guard.letGo}
      />
      <RotateSecretModal destination={destination} opened={isRotating} onClose={rotating.close} />
      {refreshError ? <ErrorState error={refreshError} /> : null}
      <Group gap="md">
        <HealthBadge health={destination.health} />
        <PauseButton destination={destination} />
        <EnabledSwitch destination={destination} label="Enabled" />
        {!destination.enabled && (
          <Text size="sm">It gets no new alerts; its deliveries wait until it is enabled again.</Text>
        )}
        {destination.enabled && destination.paused && (
          <Text size="sm">It gets alerts as ever; its deliveries wait until it is resumed.</Text>
        )}
      </Group>
      <HealthSummary destination={destination} />
      <Box maw={820}>
        <Stack gap="md">
          {mayChange && <TestSection destination={destination} hasChanges={state.hasChanges} />}
          <SigningSection destination={destination} />
          {mayChange ? (
            <SettingsForm destination={destination} state={state} />
          ) : (
            <SettingsSummary destination={destination} />
          )}
        </Stack>
      </Box>
    </PageFrame>
  );
}

function TestSection({ destination, hasChanges }: { destination: Destination; hasChanges: boolean }) {
  const test = useTestAlert(destination.id);
  return (
    <Paper withBorder p="md" radius="md" component="section">
      <Stack gap="sm">
        <Title order={2} size="h4">
          Test
        </Title>
        <Group gap="sm">
          <Button
            variant="default"
            leftSection={<IconSend size={16} aria-hidden />}
            onClick={() => test.mutate()}
            loading={test.isPending}
          >
            Send Test Alert
          </Button>
          <Text size="sm" c="dimmed" flex="1 1 200px">
            {hasChanges
              ? 'The test uses the saved settings, without your unsaved changes.'
              : 'Makes one attempt with a test alert, even if the destination is paused or disabled.'}
          </Text>
        </Group>
        <TestReport test={test} timeoutMs={destination.timeoutMs} />
      </Stack>
    </Paper>
  );
}
