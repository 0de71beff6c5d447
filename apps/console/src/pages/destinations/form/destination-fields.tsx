import { Alert, List, Stack, Text, TextInput } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { AdvancedFields } from './fields/advanced-fields.tsx';
import { FilterFields } from './fields/filter-fields.tsx';
import { FormSection } from './fields/form-section.tsx';
import { HeaderFields } from './fields/header-fields.tsx';
import type { DestinationFormState, FormProblem } from './use-destination-form.ts';
import { losesSecrets } from './values/requests.ts';

export interface DestinationFieldsProps {
  state: DestinationFormState;
  /** Only a new destination can be given a secret here, and can use the installation's retry settings. */
  isNew: boolean;
}

/** All settings of a destination, for adding one and for changing one. */
export function DestinationFields({ state, isNew }: DestinationFieldsProps) {
  const { form, start, problem } = state;
  const loses = !isNew && losesSecrets(form.values, start);
  return (
    <Stack gap="md">
      {problem && <ProblemAbove problem={problem} />}
      <FormSection title="Where alerts go">
        <TextInput
          label="Display Name"
          description="Unique among all destinations; alerts can name it."
          required
          maxLength={200}
          autoComplete="off"
          data-autofocus={isNew || undefined}
          {...form.getInputProps('displayName')}
        />
        <TextInput
          label="URL"
          description={
            isNew
              ? 'Every alert is sent to it with POST, as JSON. It is stored encrypted; its path and query are shown only to keys that may change destinations.'
              : 'Every alert is sent to it with POST, as JSON. If you change its origin or path, the stored header values and the signing secret are dropped.'
          }
          required
          placeholder="https://receiver.example/alerts"
          inputMode="url"
          autoComplete="off"
          spellCheck={false}
          dir="ltr"
          {...form.getInputProps('url')}
        />
        {loses && (
          <Text size="sm" role="status">
            This is another receiver, so the stored header values and the signing secret are not kept. Enter
            those that it needs below; the rest is dropped when you save.
          </Text>
        )}
      </FormSection>
      <FilterFields form={form} />
      <HeaderFields form={form} loses={loses} />
      <AdvancedFields form={form} isNew={isNew} takesSecret={isNew || loses} />
    </Stack>
  );
}

/** Shows above a form a refusal that concerns no field. It can take the focus, for screen readers too. */
function ProblemAbove({ problem }: { problem: FormProblem }) {
  return (
    <Alert
      data-problem
      tabIndex={-1}
      color="red"
      role="alert"
      icon={<IconAlertTriangle aria-hidden />}
      title={problem.title}
    >
      {problem.detail}
      {problem.items.length > 0 && (
        <List size="sm" mt="xs">
          {problem.items.map((item) => (
            <List.Item key={item}>{item}</List.Item>
          ))}
        </List>
      )}
    </Alert>
  );
}
