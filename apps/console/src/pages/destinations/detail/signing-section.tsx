import { Button, Group, Modal, Paper, Stack, Text, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useApi } from '../../../api/api-context.tsx';
import type { Destination } from '../../../api/client.ts';
import { changeDestination, keepDestination } from '../../../api/queries/destinations.ts';
import { ErrorState } from '../../../components/page/error-state.tsx';
import { useSession } from '../../../session/session.tsx';

/** Says whether requests are signed, and can end it. */
export function SigningSection({ destination: { id, signingSecret } }: { destination: Destination }) {
  const api = useApi();
  const queries = useQueryClient();
  const mayChange = useSession().may('destinations:write');
  const [opened, { open, close }] = useDisclosure();
  const remove = useMutation({
    mutationFn: () => changeDestination(api, id, { signingSecret: null }),
    onSuccess: async (destination) => {
      await keepDestination(queries, destination);
      close();
    },
  });
  const isSigned = signingSecret !== null;
  return (
    <Paper withBorder p="md" radius="md" component="section">
      <Group justify="space-between" gap="sm">
        <div style={{ flex: '1 1 240px' }}>
          <Title order={2} size="h4">
            Signing secret
          </Title>
          <Text size="sm">
            {isSigned
              ? 'Stored. Every request is signed with it; it is never shown.'
              : 'None. Requests are not signed.'}
          </Text>
        </div>
        {isSigned && mayChange && (
          <Button variant="default" size="xs" onClick={open}>
            Remove secret
          </Button>
        )}
      </Group>
      <Modal opened={opened} onClose={close} title="Remove the signing secret?" centered>
        <Stack gap="sm">
          <Text>
            Requests are not signed from then on. A receiver that checks signatures will refuse them.
          </Text>
          {remove.error && <ErrorState error={remove.error} takesFocus />}
          <Group justify="flex-end" mt="sm">
            <Button variant="default" onClick={close} data-autofocus>
              Cancel
            </Button>
            <Button color="red.9" onClick={() => remove.mutate()} loading={remove.isPending}>
              Remove now
            </Button>
          </Group>
        </Stack>
      </Modal>
    </Paper>
  );
}
