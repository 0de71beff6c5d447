import { Button, Checkbox, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { useApi } from '../../api/api-context.tsx';
import { unwrap } from '../../api/client.ts';
import { faultOf } from '../../api/problem-message.ts';
import { ErrorState } from '../../components/page/error-state.tsx';
import { useFaultFocus } from '../../components/page/fault-focus.ts';
import { CodeBlock } from '../../components/text/code-block.tsx';
import { SCOPE_LABELS, type Scope } from '../../session/scopes.ts';

const NAME_CHARACTERS_MAX = 100;

/** Makes a key, and shows it once. */
export function CreateKey({ onCreated, onClose }: { onCreated: () => unknown; onClose: () => void }) {
  const api = useApi();
  const form = useForm<{ name: string; scopes: Scope[] }>({
    initialValues: { name: '', scopes: ['alerts:write'] },
    validate: {
      name: (name) => (name.trim() === '' ? 'Give the key a name, such as the program that uses it.' : null),
      scopes: (scopes) => (scopes.length === 0 ? 'Choose what the key may do.' : null),
    },
  });
  const { ref, focusFault } = useFaultFocus<HTMLFormElement>();
  const create = useMutation({
    mutationFn: (body: { name: string; scopes: Scope[] }) => unwrap(api.POST('/v1/api-keys', { body })),
    onSuccess: () => onCreated(),
    onError: (error) => {
      form.setErrors({ name: faultOf(error, 'name'), scopes: faultOf(error, 'scopes') });
      focusFault();
    },
  });
  if (create.data) return <NewKey name={create.data.name} apiKey={create.data.key} onClose={onClose} />;
  return (
    <Modal opened onClose={onClose} title="Create a key">
      <form ref={ref} onSubmit={form.onSubmit((values) => create.mutate(values), focusFault)} noValidate>
        <Stack>
          {create.error && (
            <ErrorState error={create.error} takesFocus={Object.keys(form.errors).length === 0} />
          )}
          <TextInput
            label="Name"
            maxLength={NAME_CHARACTERS_MAX}
            data-autofocus
            required
            {...form.getInputProps('name')}
          />
          <Checkbox.Group label="The key may" {...form.getInputProps('scopes')}>
            <Stack gap="xs" mt="xs">
              {Object.entries(SCOPE_LABELS).map(([scope, label]) => (
                <Checkbox key={scope} value={scope} label={label} description={scope} />
              ))}
            </Stack>
          </Checkbox.Group>
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={create.isPending}>
              Create
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

/** Closes only by its button: a click outside must not lose the key. */
function NewKey({ name, apiKey, onClose }: { name: string; apiKey: string; onClose: () => void }) {
  return (
    <Modal
      opened
      onClose={onClose}
      title={`The key “${name}”`}
      closeOnClickOutside={false}
      closeOnEscape={false}
      withCloseButton={false}
    >
      <Stack>
        <Text>Copy it now: it is not shown again.</Text>
        <CodeBlock text={apiKey} what="the API key" />
        <Group justify="flex-end">
          <Button onClick={onClose} data-autofocus>
            I have copied it
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
