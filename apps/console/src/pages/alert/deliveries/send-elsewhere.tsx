import { Button, Group, Modal, Select, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { IconSend } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '../../../api/api-context.tsx';
import { type Schemas, unwrap } from '../../../api/client.ts';
import { useDestinations } from '../../../api/queries/destination-names.ts';
import { useAfterResend } from '../../../api/queries/resend.ts';
import { ErrorState } from '../../../components/page/error-state.tsx';
import { isOpen } from '../../../format/labels/next-step.ts';

type AlertDetail = Schemas['AlertDetail'];

const OPTIONS_SHOWN_MAX = 100;

/** Sends the alert to a destination of one's choice, whatever its filters say. */
export function SendElsewhere({ alert }: { alert: AlertDetail }) {
  const [opened, { open, close }] = useDisclosure(false);
  return (
    <>
      <Button size="xs" variant="default" leftSection={<IconSend size={14} aria-hidden />} onClick={open}>
        Send to another destination
      </Button>
      <Modal
        opened={opened}
        onClose={close}
        title="Send to another destination"
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        <SendElsewhereForm alert={alert} onDone={close} />
      </Modal>
    </>
  );
}

function SendElsewhereForm({ alert, onDone }: { alert: AlertDetail; onDone: () => void }) {
  const api = useApi();
  const afterResend = useAfterResend();
  const destinations = useDestinations(true);
  const [chosen, setChosen] = useState<string | null>(null);
  const send = useMutation({
    mutationFn: (destinationId: string) =>
      unwrap(
        api.POST('/v1/alerts/{alertId}/resend', {
          params: { path: { alertId: alert.alertId } },
          body: { destinationIds: [destinationId] },
        }),
      ),
    onSettled: afterResend,
    onSuccess: ({ deliveries }) => {
      notifications.show({
        color: 'green',
        message: `Sent to ${deliveries[0]?.destinationName ?? 'the destination'}.`,
      });
      onDone();
    },
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (chosen !== null) send.mutate(chosen);
      }}
    >
      <Stack>
        <Text size="sm">
          The alert is sent to this destination even if its filters do not match, with its usual retries.
        </Text>
        <Select
          label="Destination"
          placeholder={destinations.isPending ? 'Loading…' : 'Choose a destination'}
          data={optionsOf(destinations.data ?? [], alert)}
          value={chosen}
          onChange={setChosen}
          searchable
          limit={OPTIONS_SHOWN_MAX}
          nothingFoundMessage={destinations.isPending ? 'Loading…' : 'No destination has this name'}
          data-autofocus
        />
        {destinations.isError && (
          <ErrorState error={destinations.error} onRetry={() => destinations.refetch()} />
        )}
        {send.isError && <ErrorState error={send.error} takesFocus />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onDone}>
            Cancel
          </Button>
          <Button type="submit" disabled={chosen === null} loading={send.isPending}>
            Send
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** Destinations by name; those that can't be sent to now say why. */
function optionsOf(destinations: readonly Schemas['Destination'][], { deliveries }: AlertDetail) {
  const sent = new Map(deliveries.map((delivery) => [delivery.destinationId, delivery]));
  return destinations.map(({ id, displayName, enabled }) => {
    const delivery = sent.get(id);
    if (!enabled) return { value: id, label: `${displayName} (disabled)`, disabled: true };
    if (delivery === undefined) return { value: id, label: displayName };
    if (isOpen(delivery)) return { value: id, label: `${displayName} (in progress)`, disabled: true };
    return { value: id, label: `${displayName} (send again)` };
  });
}
