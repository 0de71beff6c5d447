import { Paper, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import type { Destination } from '../../../api/client.ts';
import { Fact } from '../../../components/text/fact.tsx';
import { countText } from '../../../format/counts.ts';
import { takesText } from '../../../format/labels/takes-text.ts';
import { ALERT_TYPE_LABELS } from '../../../format/labels/value-labels.ts';
import { durationText } from '../../../format/time-text.ts';
import { valuesOf } from '../form/values/form-values.ts';
import { retryScheduleText } from '../form/values/retry-schedule.ts';

/** The settings for those who may see but not change them. */
export function SettingsSummary({ destination }: { destination: Destination }) {
  const { url, severities, alertTypes, logTypes, headers, includeContext } = destination;
  const { timeoutMs, rateLimitPerSecond, maxInFlight } = destination;
  const takes = takesText(destination);
  const logTypesText = logTypes.join(', ') + (destination.requireLogType ? '' : ', or no log type');
  return (
    <Paper withBorder p="md" radius="md" component="section">
      <Stack gap="md">
        <div>
          <Title order={2} size="h4">
            Settings
          </Title>
          <Text size="sm" c="dimmed">
            This key may not change destinations: it lacks the scope destinations:write.
          </Text>
        </div>
        <SimpleGrid cols={{ base: 1, sm: 2 }} component="dl" m={0}>
          <Fact
            name="URL"
            note="Only its origin. The path and the query are shown to keys that may change destinations."
          >
            <bdi dir="ltr">{url}</bdi>
          </Fact>
          <Fact name="Severity Levels" note={takes.severities}>
            {severities.length === 0 ? 'none' : severities.join(', ')}
          </Fact>
          <Fact name="Default Alert Types">
            {alertTypes.map((type) => ALERT_TYPE_LABELS[type]).join(', ')}
          </Fact>
          <Fact name="Log Types">{logTypes.length === 0 ? takes.logTypes : logTypesText}</Fact>
          <Fact name="Custom HTTP Headers" note={headers.length === 0 ? '' : 'Their values are not shown.'}>
            {headers.length === 0 ? 'none' : headers.map(({ name }) => name).join(', ')}
          </Fact>
          <Fact name="Timeout">{durationText(timeoutMs)}</Fact>
          <Fact name="Retries" note={retryScheduleText(valuesOf(destination)) ?? ''}>
            {destination.retry.maxRetries}
          </Fact>
          <Fact name="Max in flight">{countText(maxInFlight)}</Fact>
          <Fact name="Rate limit">
            {rateLimitPerSecond === null ? 'none' : `${countText(rateLimitPerSecond)} attempts a second`}
          </Fact>
          <Fact name="Include alertContext">{includeContext ? 'yes' : 'no'}</Fact>
        </SimpleGrid>
      </Stack>
    </Paper>
  );
}
