import { Badge, Box, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { memo, type ReactNode } from 'react';
import type { Schemas } from '../../api/client.ts';
import { CopyButton } from '../../components/text/copy-button.tsx';
import { PlainText } from '../../components/text/plain-text.tsx';
import { JUMP_STYLE, SECTION_IDS } from './on-this-page.tsx';

const TEXT_HEIGHT_MAX = 420;

/** What to do, and what it is about, in the producer's own words. */
export const AboutSection = memo(
  function AboutSection({ alert }: { alert: Schemas['AlertDetail'] }) {
    return (
      <Stack gap="sm">
        <Paper
          component="section"
          aria-labelledby={SECTION_IDS.runbook}
          withBorder
          p="md"
          radius="md"
          style={{ borderInlineStart: '4px solid var(--mantine-primary-color-filled)' }}
        >
          <Title order={2} size="h4" id={SECTION_IDS.runbook} mb="xs" style={JUMP_STYLE}>
            Runbook
          </Title>
          <LongText text={alert.runbook} label="The runbook" otherwise="This alert has none." />
        </Paper>
        <Paper component="section" aria-labelledby="description" withBorder p="md" radius="md">
          <Title order={2} size="h4" id="description" mb="xs">
            Description
          </Title>
          <LongText text={alert.description} label="The description" otherwise="This alert has none." />
        </Paper>
        <Paper component="section" aria-labelledby="detection" withBorder p="md" radius="md">
          <Title order={2} size="h4" id="detection" mb="xs">
            Detection
          </Title>
          <Facts alert={alert} />
        </Paper>
      </Stack>
    );
  },
  // Not rendered again for the same alert: this section shows only what never changes.
  (before, after) => before.alert.alertId === after.alert.alertId,
);

function LongText({ text, label, otherwise }: { text: string; label: string; otherwise: string }) {
  if (text.trim() === '') return <Text c="dimmed">{otherwise}</Text>;
  return (
    // A region that scrolls can be reached and scrolled with the keyboard.
    <Box role="region" aria-label={label} tabIndex={0} mah={TEXT_HEIGHT_MAX} style={{ overflow: 'auto' }}>
      <PlainText text={text} />
    </Box>
  );
}

function Facts({ alert }: { alert: Omit<Schemas['AlertDetail'], 'alertContext'> }) {
  const { name, id, type, logTypes, tags, version, alertId, dedupKey, condition } = alert;
  return (
    <Stack component="dl" gap="xs" m={0}>
      {name !== null && name !== '' && <Fact term="Name">{<PlainText text={name} lines={3} />}</Fact>}
      <Fact term="Id">
        <PlainText text={id} lines={3} />
      </Fact>
      <Fact term="Type">{type}</Fact>
      <Fact term="Condition">{condition}</Fact>
      {dedupKey !== null && dedupKey !== '' && (
        <Fact term="Dedup key">
          <PlainText text={dedupKey} lines={3} />
        </Fact>
      )}
      {logTypes.length > 0 && (
        <Fact term="Log types">
          <Badges texts={logTypes} />
        </Fact>
      )}
      {tags.length > 0 && (
        <Fact term="Tags">
          <Badges texts={tags} />
        </Fact>
      )}
      {version !== null && (
        <Fact term="Version">
          <PlainText text={version} lines={1} />
        </Fact>
      )}
      <Fact term="Alert id">
        <Group gap={4} wrap="nowrap">
          <Text size="sm" ff="monospace" style={{ overflowWrap: 'anywhere' }}>
            {alertId}
          </Text>
          <CopyButton text={alertId} what="Copy the alert’s id" />
        </Group>
      </Fact>
    </Stack>
  );
}

function Fact({ term, children }: { term: string; children: ReactNode }) {
  return (
    <div>
      <Text component="dt" size="sm" c="dimmed">
        {term}
      </Text>
      <Box component="dd" m={0}>
        {children}
      </Box>
    </div>
  );
}

const BADGES_SHOWN_MAX = 50;

function Badges({ texts }: { texts: readonly string[] }) {
  const unique = [...new Set(texts)];
  const hidden = unique.length - BADGES_SHOWN_MAX;
  return (
    <Group gap={6}>
      {unique.slice(0, BADGES_SHOWN_MAX).map((text) => (
        <Badge key={text} variant="default" radius="sm" tt="none" maw="100%">
          <bdi>{text}</bdi>
        </Badge>
      ))}
      {hidden > 0 && <Text size="sm" c="dimmed">{`and ${hidden} more, in the payload`}</Text>}
    </Group>
  );
}
