import { Button, Group, Stack, Text } from '@mantine/core';
import { randomId } from '@mantine/hooks';
import { IconPlus } from '@tabler/icons-react';
import type { DestinationForm } from '../use-destination-form.ts';
import { FORM_LIMITS } from '../values/rules.ts';
import { FormSection } from './form-section.tsx';
import { HeaderFieldRow } from './header-field-row.tsx';

/** The headers that every request to the destination carries. */
export function HeaderFields({ form, loses }: { form: DestinationForm; loses: boolean }) {
  const { headers } = form.values;
  const add = () =>
    form.insertListItem('headers', {
      key: randomId(),
      name: '',
      value: '',
      hasStored: false,
      keepsStored: false,
    });
  return (
    <FormSection
      title="Custom HTTP Headers"
      hint="For example, an API key of the receiver. Values are stored encrypted and never shown again."
    >
      {headers.length > 0 && (
        <Stack gap="sm" component="ul" m={0} p={0} style={{ listStyle: 'none' }}>
          {headers.map((row, index) => (
            <HeaderFieldRow key={row.key} form={form} row={row} index={index} mayKeep={!loses} />
          ))}
        </Stack>
      )}
      {form.errors.headers && (
        <Text size="sm" c="var(--mantine-color-error)" role="alert" tabIndex={-1} data-problem>
          {form.errors.headers}
        </Text>
      )}
      <Group>
        <Button
          variant="default"
          size="xs"
          leftSection={<IconPlus size={14} aria-hidden />}
          onClick={add}
          disabled={headers.length >= FORM_LIMITS.headersMax}
        >
          Add header
        </Button>
      </Group>
    </FormSection>
  );
}
