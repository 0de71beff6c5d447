import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useEffect } from 'react';
import { useApi } from '../../../api/api-context.tsx';
import type { Destination, Schemas } from '../../../api/client.ts';
import { changeDestination, keepDestination } from '../../../api/queries/destinations.ts';
import { DestinationFields } from '../form/destination-fields.tsx';
import type { DestinationFormState } from '../form/use-destination-form.ts';
import { isSame, valuesOf } from '../form/values/form-values.ts';
import { toPatchBody } from '../form/values/requests.ts';
import { droppedSecretsLabel } from './dropped-secrets.ts';
import classes from './settings-form.module.css';

export interface SettingsFormProps {
  destination: Destination;
  state: DestinationFormState;
}

/** The settings of a saved destination. Saving sends what was changed, and nothing else. */
export function SettingsForm({ destination, state }: SettingsFormProps) {
  const { id } = destination;
  const api = useApi();
  const queries = useQueryClient();
  const { start, hasChanges, restart, takeValues } = state;
  const saved = valuesOf(destination);
  const isBehind = !isSame(saved, start);
  // Changes by others are shown at once, unless there are unsaved changes here.
  useEffect(() => {
    if (isBehind && !hasChanges) restart(saved);
  });
  const save = useMutation({
    mutationFn: (body: Schemas['DestinationPatch']) => changeDestination(api, id, body),
    onSuccess: async (after) => {
      const dropped = droppedSecretsLabel(destination, after);
      await keepDestination(queries, after);
      restart(valuesOf(after));
      notifications.show({
        color: 'green',
        title: 'Saved',
        message: `${after.displayName} was changed. ${dropped}`.trim(),
      });
    },
    onError: state.showRefusal,
  });

  function submit(event: FormEvent): void {
    event.preventDefault();
    const values = takeValues({ mayLeaveRetry: false, needsName: true });
    if (values !== null) save.mutate(toPatchBody(values, start));
  }

  return (
    <form ref={state.formRef} onSubmit={submit} noValidate aria-label="Settings">
      <Stack gap="md">
        {isBehind && hasChanges && !save.isPending && (
          <Alert color="yellow" role="status" title="These settings were changed elsewhere">
            If you save, only the fields that you changed are overwritten.
            <Group mt="xs">
              <Button size="xs" variant="default" onClick={() => restart(saved)}>
                Show them and discard my changes
              </Button>
            </Group>
          </Alert>
        )}
        <DestinationFields state={state} isNew={false} />
        <Group justify="flex-end" gap="sm" className={hasChanges ? classes.bar : undefined}>
          {hasChanges && <Text size="sm">There are unsaved changes.</Text>}
          <Button variant="default" onClick={() => restart(saved)} disabled={!hasChanges || save.isPending}>
            Discard changes
          </Button>
          <Button type="submit" loading={save.isPending} disabled={!hasChanges}>
            Save changes
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
