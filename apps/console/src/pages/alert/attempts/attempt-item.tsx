import { Box, Group, Stack, Text } from '@mantine/core';
import { IconCircleCheck, IconCircleX } from '@tabler/icons-react';
import type { Schemas } from '../../../api/client.ts';
import { Moment } from '../../../components/text/moment.tsx';
import { PlainText } from '../../../components/text/plain-text.tsx';
import { failureLabels } from '../../../format/labels/failure-labels.ts';
import { durationText } from '../../../format/time-text.ts';
import { ResponseBody } from './response-body.tsx';
import { type Phase, segmentsOf, segmentsText } from './waterfall.ts';

type Attempt = Schemas['AttemptSummary'];

/** One POST and what came of it. */
export function AttemptItem({ deliveryId, attempt }: { deliveryId: string; attempt: Attempt }) {
  return (
    <Box
      component="li"
      py="sm"
      style={{ listStyle: 'none', borderTop: '1px solid var(--mantine-color-default-border)' }}
    >
      <Stack gap={6}>
        <Group gap="xs" style={{ rowGap: 2 }}>
          <Text size="sm" fw={600}>
            Attempt {attempt.number}
          </Text>
          <Result attempt={attempt} />
          <Text size="sm">in {durationText(attempt.durationMs)}</Text>
          <Text size="sm" c="dimmed">
            <Moment iso={attempt.startedAt} />
          </Text>
          {attempt.address !== null && (
            <Text size="sm" c="dimmed" ff="monospace" style={{ overflowWrap: 'anywhere' }}>
              {attempt.address}
            </Text>
          )}
        </Group>
        {attempt.error !== null && (
          <PlainText
            size="sm"
            text={`${failureLabels(attempt.error.code).meaning}: ${attempt.error.message} (${attempt.error.code})`}
          />
        )}
        {attempt.location !== null && (
          <PlainText size="sm" text={`Redirected to ${attempt.location}; redirects are not followed`} />
        )}
        {attempt.repeated && (
          <Text size="sm" c="dimmed">
            Sent twice: the reused connection was closed before the whole request was sent, so the request was
            repeated at once on a new connection.
          </Text>
        )}
        <WaterfallBar attempt={attempt} />
        <ResponseBody deliveryId={deliveryId} attempt={attempt} />
      </Stack>
    </Box>
  );
}

function Result({ attempt: { statusCode, error } }: { attempt: Attempt }) {
  const Icon = error === null ? IconCircleCheck : IconCircleX;
  const color = error === null ? 'green' : 'red';
  return (
    <Group gap={4} wrap="nowrap">
      <Icon size={16} aria-hidden color={`var(--mantine-color-${color}-text)`} />
      <Text size="sm" fw={600}>
        {error === null ? 'Succeeded' : 'Failed'}
        {statusCode !== null && ` · ${statusCode}`}
      </Text>
    </Group>
  );
}

const COLORS: Record<Phase, string> = {
  dns: 'var(--mantine-color-violet-5)',
  connect: 'var(--mantine-color-blue-5)',
  tls: 'var(--mantine-color-cyan-6)',
  firstByte: 'var(--mantine-color-orange-5)',
  rest: 'var(--mantine-color-gray-5)',
};

/** The phases of an attempt: as a bar, and in words. */
function WaterfallBar({ attempt }: { attempt: Schemas['AttemptSummary'] }) {
  const text = segmentsText(attempt);
  if (text === '') return null;
  return (
    <Box>
      <Box aria-hidden pos="relative" h={8} maw={420} bg="var(--mantine-color-default-border)">
        {segmentsOf(attempt).map(({ phase, startPercent, widthPercent }) => (
          <Box
            key={phase}
            pos="absolute"
            h="100%"
            bg={COLORS[phase]}
            left={`${startPercent}%`}
            // Even a very short phase stays visible.
            style={{ width: `max(2px, calc(${widthPercent}% - 1px))` }}
          />
        ))}
      </Box>
      <Text size="xs" c="dimmed" mt={4}>
        {text}
      </Text>
    </Box>
  );
}
