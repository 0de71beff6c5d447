import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from 'react-router';
import { useApi } from '../../../api/api-context.tsx';
import type { Destination } from '../../../api/client.ts';
import { unwrap } from '../../../api/client.ts';
import { dropDestination } from '../../../api/queries/destinations.ts';
import { ErrorState } from '../../../components/page/error-state.tsx';
import { countText } from '../../../format/counts.ts';

export interface DeleteModalProps {
  destination: Destination;
  opened: boolean;
  onClose: () => void;
  /** Called once it is deleted, before the page is left. */
  beforeLeaving: () => void;
}

/** Asks before a destination is deleted, and says what goes with it. */
export function DeleteModal({ destination, opened, onClose, beforeLeaving }: DeleteModalProps) {
  const { id, displayName, health } = destination;
  const api = useApi();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const remove = useMutation({
    mutationFn: () => unwrap(api.DELETE('/v1/destinations/{id}', { params: { path: { id } } })),
    onSuccess: async () => {
      beforeLeaving();
      await navigate('/destinations');
      notifications.show({ color: 'green', title: 'Deleted', message: `${displayName} was deleted.` });
      await dropDestination(queries, id);
    },
  });
  return (
    <Modal opened={opened} onClose={onClose} title="Delete this destination?" centered>
      <Stack gap="sm">
        <Text style={{ overflowWrap: 'anywhere' }}>
          <bdi>{displayName}</bdi> gets no more alerts. Its header values and its signing secret are deleted
          and cannot be restored. The history of its deliveries is kept.
        </Text>
        <Text fw={600}>{openText(health.waiting + health.queued)}</Text>
        {remove.error && <ErrorState error={remove.error} takesFocus />}
        <Group justify="flex-end" mt="sm">
          <Button variant="default" onClick={onClose} data-autofocus>
            Cancel
          </Button>
          <Button color="red.9" onClick={() => remove.mutate()} loading={remove.isPending}>
            Delete destination
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

function openText(open: number): string {
  if (open === 0) return 'It has no open deliveries.';
  return open === 1
    ? '1 open delivery will be cancelled.'
    : `${countText(open)} open deliveries will be cancelled.`;
}
