import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useApi } from '../../api/api-context.tsx';
import { type Schemas, unwrap } from '../../api/client.ts';
import { ErrorState } from '../../components/page/error-state.tsx';
import { useSession } from '../../session/session.tsx';

export interface RevokeKeyProps {
  apiKey: Schemas['ApiKey'];
  onRevoked: () => unknown;
  onClose: () => void;
}

/** Asks once more before a key stops working. */
export function RevokeKey({ apiKey, onRevoked, onClose }: RevokeKeyProps) {
  const api = useApi();
  const { session } = useSession();
  const revoke = useMutation({
    mutationFn: () => unwrap(api.DELETE('/v1/api-keys/{id}', { params: { path: { id: apiKey.id } } })),
    onSuccess: () => {
      onClose();
      return onRevoked();
    },
  });
  return (
    <Modal opened onClose={onClose} title={`Revoke “${apiKey.name}”?`}>
      <Stack>
        <Text>
          Requests with this key are refused within seconds, and its console sessions end. This cannot be
          undone.
        </Text>
        {apiKey.id === session.keyId && <Text fw={700}>You are signed in with this key.</Text>}
        {revoke.error && <ErrorState error={revoke.error} takesFocus />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose} data-autofocus>
            Cancel
          </Button>
          <Button color="red.9" onClick={() => revoke.mutate()} loading={revoke.isPending}>
            Revoke
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
