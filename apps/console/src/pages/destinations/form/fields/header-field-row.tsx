import { ActionIcon, Button, Group, TextInput, Tooltip } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import { SecretInput } from '../../../../components/fields/secret-input.tsx';
import type { DestinationForm } from '../use-destination-form.ts';
import type { HeaderRow } from '../values/form-values.ts';
import classes from './header-field-row.module.css';

export interface HeaderFieldRowProps {
  form: DestinationForm;
  row: HeaderRow;
  index: number;
  /** Whether a stored value may be kept: not for another receiver. */
  mayKeep: boolean;
}

/** One header: its name, its value hidden, and the ways to change them. */
export function HeaderFieldRow({ form, row, index, mayKeep }: HeaderFieldRowProps) {
  const place = index + 1;
  const path = `headers.${index}` as const;
  const set = (changes: Partial<HeaderRow>) => form.replaceListItem('headers', index, { ...row, ...changes });
  return (
    <li className={classes.row}>
      <TextInput
        label="Name"
        aria-label={`Header ${place} name`}
        placeholder="X-Api-Key"
        autoComplete="off"
        spellCheck={false}
        dir="ltr"
        // A stored value belongs to its name: a renamed header has none.
        readOnly={row.hasStored}
        variant={row.hasStored ? 'filled' : 'default'}
        autoFocus={row.name === '' && !row.hasStored}
        {...form.getInputProps(`${path}.name`)}
      />
      {row.keepsStored && mayKeep ? (
        <TextInput
          label="Value"
          aria-label={`Header ${place} value`}
          readOnly
          variant="filled"
          value="stored"
          error={form.errors[`${path}.value`]}
        />
      ) : (
        <SecretInput
          what={`the value of header ${place}`}
          label="Value"
          aria-label={`Header ${place} value`}
          autoFocus={row.hasStored && mayKeep}
          {...(row.hasStored && !mayKeep && { placeholder: 'If this is empty, the header is dropped' })}
          {...form.getInputProps(`${path}.value`)}
        />
      )}
      <Group gap="xs" wrap="nowrap" className={classes.actions}>
        {row.hasStored && row.keepsStored && mayKeep && (
          <Button
            variant="default"
            size="sm"
            onClick={() => set({ keepsStored: false })}
            aria-label={`Replace the value of header ${place}`}
          >
            Replace
          </Button>
        )}
        {row.hasStored && !row.keepsStored && mayKeep && (
          <Button
            variant="default"
            size="sm"
            onClick={() => set({ keepsStored: true, value: '' })}
            aria-label={`Keep stored value of header ${place}`}
          >
            Keep stored
          </Button>
        )}
        <Tooltip label={`Remove header ${place}`}>
          <ActionIcon
            variant="default"
            size={36}
            onClick={() => form.removeListItem('headers', index)}
            aria-label={`Remove header ${place}`}
          >
            <IconTrash size={16} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </Group>
    </li>
  );
}
