import { Box, Text } from '@mantine/core';
import type { Schemas } from '../../../api/client.ts';
import { type Phase, segmentsOf, segmentsText } from './waterfall.ts';

const COLORS: Record<Phase, string> = {
  dns: 'var(--mantine-color-violet-5)',
  connect: 'var(--mantine-color-blue-5)',
  tls: 'var(--mantine-color-cyan-6)',
  firstByte: 'var(--mantine-color-orange-5)',
  rest: 'var(--mantine-color-gray-5)',
};

/** Where an attempt's time went: as a bar, and in words for everybody. */
export function WaterfallBar({ attempt }: { attempt: Schemas['AttemptSummary'] }) {
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
            // A phase that took next to nothing is still seen.
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
