import { Stack, TextInput } from '@mantine/core';
import { AdvancedFields } from './advanced-fields.tsx';
import { FilterFields } from './filter-fields.tsx';
import { FormSection } from './form-section.tsx';
import { HeaderFields } from './header-fields.tsx';
import { ProblemAbove } from './problem-above.tsx';
import type { DestinationFormState } from './use-destination-form.ts';

export interface DestinationFieldsProps {
  state: DestinationFormState;
  /** A new destination can take a secret and leave its retries to the installation. */
  isNew: boolean;
}

/** Everything that is set about a destination, for adding one and for changing one. */
export function DestinationFields({ state: { form, problem, problemRef }, isNew }: DestinationFieldsProps) {
  return (
    <Stack gap="md">
      {problem && <ProblemAbove problem={problem} ref={problemRef} />}
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
          description="Every alert is sent there with POST, as JSON."
          required
          placeholder="https://receiver.example/alerts"
          inputMode="url"
          autoComplete="off"
          spellCheck={false}
          dir="ltr"
          {...form.getInputProps('url')}
        />
      </FormSection>
      <FilterFields form={form} />
      <HeaderFields form={form} />
      <AdvancedFields form={form} isNew={isNew} />
    </Stack>
  );
}
