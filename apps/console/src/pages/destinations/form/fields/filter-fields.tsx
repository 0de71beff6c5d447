import { Button, Checkbox, Group, SimpleGrid, Switch, TagsInput, Text } from '@mantine/core';
import { useLogTypes } from '../../../../api/queries/destinations.ts';
import {
  ALERT_TYPE_LABELS,
  ALERT_TYPES,
  inOrder,
  SEVERITIES,
} from '../../../../format/labels/value-labels.ts';
import type { DestinationForm } from '../use-destination-form.ts';
import { FormSection } from './form-section.tsx';

const SUGGESTIONS_MAX = 50;

/** The filters: which alerts a destination gets. */
export function FilterFields({ form }: { form: DestinationForm }) {
  const logTypes = useLogTypes();
  const { severities, alertTypes } = form.values;
  return (
    <FormSection
      title="Which alerts it gets"
      hint="An alert is sent here when its severity, its type and its log types all match. An alert that names this destination is always sent here."
    >
      <Checkbox.Group
        label="Severity Levels"
        error={form.errors.severities}
        value={severities}
        onChange={(chosen) => form.setFieldValue('severities', inOrder(SEVERITIES, chosen))}
      >
        <Group gap="lg" mt="xs">
          {SEVERITIES.map((severity) => (
            <Checkbox key={severity} value={severity} label={severity} />
          ))}
        </Group>
      </Checkbox.Group>
      {severities.length === 0 && (
        <Text size="sm" role="status">
          Without a severity, only alerts that name this destination are sent here. This is also so for system
          errors.
        </Text>
      )}
      <Checkbox.Group
        label="Default Alert Types"
        required
        error={form.errors.alertTypes}
        value={alertTypes}
        onChange={(chosen) => form.setFieldValue('alertTypes', inOrder(ALERT_TYPES, chosen))}
      >
        <SimpleGrid cols={{ base: 1, xs: 2 }} verticalSpacing="sm" mt="xs">
          {ALERT_TYPES.map((type) => (
            <Checkbox key={type} value={type} label={ALERT_TYPE_LABELS[type]} />
          ))}
        </SimpleGrid>
      </Checkbox.Group>
      <Group gap="xs">
        <Button
          size="xs"
          variant="default"
          onClick={() => form.setFieldValue('alertTypes', [...ALERT_TYPES])}
        >
          All alert types
        </Button>
        <Button size="xs" variant="default" onClick={() => form.setFieldValue('alertTypes', [])}>
          No alert types
        </Button>
      </Group>
      <TagsInput
        label="Log Types"
        description="If this is empty, alerts of every log type match. Press Enter or type a comma to add one."
        placeholder={form.values.logTypes.length === 0 ? 'AWS.CloudTrail' : ''}
        data={logTypes}
        limit={SUGGESTIONS_MAX}
        // Log types are case-sensitive.
        isDuplicate={(value, chosen) => chosen.includes(value)}
        maxDropdownHeight={240}
        spellCheck={false}
        {...form.getInputProps('logTypes')}
      />
      <Switch
        label="Require a log type"
        description="If log types are chosen, alerts without a log type match too, unless this is on."
        {...form.getInputProps('requireLogType', { type: 'checkbox' })}
      />
    </FormSection>
  );
}
