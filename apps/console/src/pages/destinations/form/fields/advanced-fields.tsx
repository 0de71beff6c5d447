import { Box, Button, NumberInput, Paper, SimpleGrid, Stack, Switch, Title } from '@mantine/core';
import { useDisclosure, useId } from '@mantine/hooks';
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import type { DestinationForm } from '../use-destination-form.ts';
import { FORM_LIMITS } from '../values/rules.ts';
import { RetryFields } from './retry-fields.tsx';
import { SigningSecretField } from './signing-secret-field.tsx';

/** The fields that are folded away until opened, or until one of them has a fault. */
const FOLDED = [
  'timeoutSeconds',
  'maxRetries',
  'baseDelaySeconds',
  'factor',
  'maxDelaySeconds',
  'rateLimitPerSecond',
  'maxInFlight',
  'signingSecret',
] as const;

export interface AdvancedFieldsProps {
  form: DestinationForm;
  isNew: boolean;
  /** Whether a signing secret can be given here: to a new destination, and to one with another receiver. */
  takesSecret: boolean;
}

/** How alerts are sent: settings that most destinations keep at their defaults. */
export function AdvancedFields({ form, isNew, takesSecret }: AdvancedFieldsProps) {
  const [wantsOpen, { toggle }] = useDisclosure();
  const id = useId();
  const isOpen = wantsOpen || (takesSecret && !isNew) || FOLDED.some((field) => form.errors[field]);
  const Chevron = isOpen ? IconChevronDown : IconChevronRight;
  return (
    <Paper withBorder p="md" radius="md" component="section">
      <Title order={2} size="h4">
        <Button
          variant="subtle"
          color="gray"
          c="var(--mantine-color-text)"
          ml={-12}
          px={12}
          leftSection={<Chevron size={18} aria-hidden />}
          onClick={toggle}
          aria-expanded={isOpen}
          aria-controls={id}
          fz="inherit"
        >
          Advanced settings
        </Button>
      </Title>
      <Box id={id} hidden={!isOpen} mt="md">
        <Stack gap="md">
          <NumberInput
            label="Timeout (seconds)"
            description="For the whole attempt, from the DNS lookup to the end of the answer; 1 to 30."
            clampBehavior="none"
            allowNegative={false}
            {...FORM_LIMITS.timeoutSeconds}
            {...form.getInputProps('timeoutSeconds')}
          />
          <RetryFields form={form} isNew={isNew} />
          <SimpleGrid cols={{ base: 1, xs: 2 }} style={{ alignItems: 'end' }}>
            <NumberInput
              label="Rate limit (attempts a second)"
              description="At most so many attempts a second, over all workers. Empty: no limit."
              clampBehavior="none"
              allowNegative={false}
              max={FORM_LIMITS.rateLimitPerSecond.max}
              {...form.getInputProps('rateLimitPerSecond')}
            />
            <NumberInput
              label="Max in flight"
              description="The upper end; the limit follows how the receiver answers."
              clampBehavior="none"
              allowNegative={false}
              allowDecimal={false}
              {...FORM_LIMITS.maxInFlight}
              {...form.getInputProps('maxInFlight')}
            />
          </SimpleGrid>
          <Switch
            label="Include alertContext"
            description="Adds what the detection recorded about the event to every alert that is sent."
            {...form.getInputProps('includeContext', { type: 'checkbox' })}
          />
          {takesSecret && <SigningSecretField form={form} />}
        </Stack>
      </Box>
    </Paper>
  );
}
