import { Box, Group, Loader, Text } from '@mantine/core';
import type { Schemas } from '../../../api/client.ts';
import { ErrorState } from '../../../components/page/error-state.tsx';
import { durationText } from '../../../format/times.ts';
import { TestOutcome } from './test-outcome.tsx';

export interface TestReportProps {
  test: { isPending: boolean; data: Schemas['TestResult'] | undefined; error: unknown };
  /** How long the receiver has to answer; milliseconds. */
  timeoutMs: number;
}

/** Says that a test is under way, then what came of it; screen readers hear both. Empty before the first test. */
export function TestReport({ test: { isPending, data, error }, timeoutMs }: TestReportProps) {
  return (
    <Box aria-live="polite" aria-busy={isPending}>
      {isPending && (
        <Group gap="sm">
          <Loader size="sm" aria-hidden />
          <Text>Waiting for the receiver’s answer, {durationText(timeoutMs)} at most…</Text>
        </Group>
      )}
      {!isPending && error !== null && <ErrorState error={error} takesFocus />}
      {!isPending && data && <TestOutcome result={data} />}
    </Box>
  );
}
