import { Alert, Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { useApi } from '../../../api/api-context.tsx';
import type { Destination } from '../../../api/client.ts';
import { unwrap } from '../../../api/client.ts';
import { faultOf } from '../../../api/problem-message.ts';
import { DESTINATIONS_KEY } from '../../../api/queries/destinations.ts';
import { SecretInput } from '../../../components/fields/secret-input.tsx';
import { ErrorState } from '../../../components/page/error-state.tsx';
import { CodeBlock } from '../../../components/text/code-block.tsx';
import { Moment } from '../../../components/text/moment.tsx';
import { isSigningSecret } from '../form/values/signing-secret.ts';

export interface RotateSecretModalProps {
  destination: Destination;
  opened: boolean;
  onClose: () => void;
}

/** Gives a destination a new signing secret, and shows it once. */
export function RotateSecretModal({
  destination: { id, signingSecret },
  opened,
  onClose,
}: RotateSecretModalProps) {
  const api = useApi();
  const queries = useQueryClient();
  const [own, setOwn] = useState('');
  const rotate = useMutation({
    mutationFn: () =>
      unwrap(
        api.POST('/v1/destinations/{id}/rotate-secret', {
          params: { path: { id } },
          body: own === '' ? {} : { signingSecret: own },
        }),
      ),
    onSuccess: () => queries.invalidateQueries({ queryKey: DESTINATIONS_KEY }),
  });
  const isRotation = signingSecret !== null;
  const close = () => {
    onClose();
    setOwn('');
    // Closing the window also removes the secret from the browser's memory.
    rotate.reset();
  };
  return (
    <Modal
      opened={opened}
      onClose={close}
      title={titleOf(rotate.data !== undefined, isRotation)}
      centered
      closeOnClickOutside={false}
    >
      {rotate.data ? (
        <NewSecret {...rotate.data} onClose={close} />
      ) : (
        <Stack gap="sm">
          <Text>
            {isRotation
              ? 'Tocsin creates a new secret. For 24 hours every request is signed with both secrets, so that the receiver can switch at any time. After that, only the new one is used.'
              : 'From now on every request is signed as Standard Webhooks defines, so that the receiver can check that it comes from Tocsin.'}
          </Text>
          <SecretInput
            what="your own secret"
            label="Your own secret"
            description="Optional. If this is empty, Tocsin creates one."
            placeholder="whsec_…"
            value={own}
            onChange={(event) => setOwn(event.currentTarget.value)}
            error={
              own === '' || isSigningSecret(own)
                ? faultOf(rotate.error, 'signingSecret')
                : 'It must be “whsec_” and the base64 of 24 to 64 bytes.'
            }
          />
          {rotate.error && <ErrorState error={rotate.error} takesFocus />}
          <Group justify="flex-end" mt="sm">
            <Button variant="default" onClick={close} data-autofocus>
              Cancel
            </Button>
            <Button
              onClick={() => rotate.mutate()}
              loading={rotate.isPending}
              disabled={own !== '' && !isSigningSecret(own)}
            >
              {isRotation ? 'Rotate now' : 'Create now'}
            </Button>
          </Group>
        </Stack>
      )}
    </Modal>
  );
}

function titleOf(isDone: boolean, isRotation: boolean): string {
  if (isDone) return 'The new signing secret';
  return isRotation ? 'Rotate the signing secret' : 'Create a signing secret';
}

interface NewSecretProps {
  signingSecret: string;
  previousSignsUntil: string | null;
  onClose: () => void;
}

function NewSecret({ signingSecret, previousSignsUntil, onClose }: NewSecretProps) {
  const notice = useRef<HTMLDivElement>(null);
  // The button that had the focus is gone.
  useEffect(() => notice.current?.focus(), []);
  return (
    <Stack gap="sm">
      <Alert ref={notice} tabIndex={-1} color="yellow" title="Copy it now">
        This is the new secret. It is not shown again.
      </Alert>
      <CodeBlock text={signingSecret} what="the signing secret" />
      <Text size="sm">
        {previousSignsUntil === null ? (
          'Requests are signed with this secret only.'
        ) : (
          <>
            For 24 hours, until <Moment iso={previousSignsUntil} />, requests are also signed with the old
            secret.
          </>
        )}
      </Text>
      <Group justify="flex-end" mt="sm">
        <Button onClick={onClose}>I have copied it</Button>
      </Group>
    </Stack>
  );
}
