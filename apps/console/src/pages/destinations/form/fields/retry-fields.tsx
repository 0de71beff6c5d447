import { NumberInput, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import type { DestinationForm } from '../use-destination-form.ts';
import { leavesRetries, retryScheduleText, USUAL_RETRIES } from '../values/retry-schedule.ts';
import { FORM_LIMITS } from '../values/rules.ts';

/** The retry settings, and the resulting schedule in words. */
export function RetryFields({ form, isNew }: { form: DestinationForm; isNew: boolean }) {
  const schedule = retryScheduleText(form.values);
  const usual = (name: keyof typeof USUAL_RETRIES) =>
    isNew ? { placeholder: String(USUAL_RETRIES[name]) } : {};
  return (
    <Stack gap="xs">
      <Title order={3} size="h5">
        Retries
      </Title>
      {isNew && (
        <Text size="sm" c="dimmed">
          Empty fields use the settings of this installation.
        </Text>
      )}
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        <NumberInput
          label="Retries"
          description="After the first attempt; at most 10."
          clampBehavior="none"
          allowNegative={false}
          allowDecimal={false}
          {...FORM_LIMITS.maxRetries}
          {...usual('maxRetries')}
          {...form.getInputProps('maxRetries')}
        />
        <NumberInput
          label="First delay (seconds)"
          description="Before the first retry."
          clampBehavior="none"
          allowNegative={false}
          {...FORM_LIMITS.delaySeconds}
          {...usual('baseDelaySeconds')}
          {...form.getInputProps('baseDelaySeconds')}
        />
        <NumberInput
          label="Factor"
          description="Each delay is the delay before it, multiplied by this number."
          clampBehavior="none"
          allowNegative={false}
          {...FORM_LIMITS.factor}
          {...usual('factor')}
          {...form.getInputProps('factor')}
        />
        <NumberInput
          label="Longest delay (seconds)"
          description="No delay grows beyond this, give or take 20 %; 21600 seconds are six hours."
          clampBehavior="none"
          allowNegative={false}
          {...FORM_LIMITS.delaySeconds}
          {...usual('maxDelaySeconds')}
          {...form.getInputProps('maxDelaySeconds')}
        />
      </SimpleGrid>
      {schedule !== null && (
        <Text size="sm" mih={42}>
          {isNew && leavesRetries(form.values) ? 'With the default settings of the installation: ' : ''}
          {schedule}
        </Text>
      )}
    </Stack>
  );
}
