import { Box, Button, Group, Stack, Text, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconExternalLink } from '@tabler/icons-react';
import type { Schemas } from '../../api/client.ts';
import { SeverityBadge, StatusBadge } from '../../components/text/badges.tsx';
import { Distance, Moment } from '../../components/text/moment.tsx';
import { outsideLink } from './outside-link.ts';

/** A title of more characters is cut at first. */
const TITLE_CHARACTERS_SHOWN = 160;

/** A title of more characters is set smaller, so that it leaves room for the alert's outcome. */
const TITLE_CHARACTERS_LARGE = 80;

/** The first half of a character that was cut in two. */
const CUT_CHARACTER = /[\uD800-\uDBFF]$/;

/** The alert's title, severity, state and time of receipt. */
export function AlertHeader({ alert }: { alert: Schemas['AlertDetail'] }) {
  const link = outsideLink(alert.link, alert.alertId, window.location.origin);
  return (
    <Stack gap="xs">
      <Group gap="xs">
        <SeverityBadge severity={alert.severity} />
        <Box role="status">
          <StatusBadge status={alert.status} />
        </Box>
      </Group>
      <AlertTitle title={alert.title.trim() === '' ? `Alert ${alert.alertId}` : alert.title} />
      <Group gap="lg" style={{ rowGap: 4 }}>
        <Text size="sm" c="dimmed">
          Received <Moment iso={alert.receivedAt} /> (<Distance iso={alert.receivedAt} />)
        </Text>
        <Text size="sm" c="dimmed">
          Created <Moment iso={alert.createdAt} />
        </Text>
        {link !== null && (
          <Button
            component="a"
            href={link}
            target="_blank"
            rel="noreferrer"
            size="compact-sm"
            variant="default"
            leftSection={<IconExternalLink size={14} aria-hidden />}
          >
            Open at its source
          </Button>
        )}
      </Group>
    </Stack>
  );
}

function AlertTitle({ title }: { title: string }) {
  const [isWhole, { toggle }] = useDisclosure(false);
  const isLong = title.length > TITLE_CHARACTERS_SHOWN;
  const start = title.slice(0, TITLE_CHARACTERS_SHOWN).replace(CUT_CHARACTER, '');
  return (
    <div>
      <Title
        order={1}
        size={title.length > TITLE_CHARACTERS_LARGE ? 'h3' : 'h2'}
        style={{ overflowWrap: 'anywhere' }}
      >
        <bdi>{isLong && !isWhole ? `${start}…` : title}</bdi>
      </Title>
      {isLong && (
        <Button mt={4} size="compact-sm" variant="default" aria-expanded={isWhole} onClick={toggle}>
          {isWhole ? 'Shorten the title' : 'Show the whole title'}
        </Button>
      )}
    </div>
  );
}
