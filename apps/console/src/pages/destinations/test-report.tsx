import { Alert, Box, Group, Loader, Stack, Text } from '@mantine/core';
import { IconCheck, IconX } from '@tabler/icons-react';
import type { Schemas } from '../../api/client.ts';
import { ErrorState } from '../../components/page/error-state.tsx';
import { CodeBlock } from '../../components/text/code-block.tsx';
import { Fact } from '../../components/text/fact.tsx';
import { ATTEMPT_ERROR_MEANINGS, adviceFor } from '../../format/labels/attempt-errors.ts';
import { durationText } from '../../format/time-text.ts';

export interface TestReportProps {
  test: { isPending: boolean; data: Schemas['TestResult'] | undefined; error: unknown };
  /** How long the receiver has to answer; milliseconds. */
  timeoutMs: number;
}

/** Says that a test is in progress, then its result; screen readers announce both. Empty before the first test. */
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

/** The result of a test alert, in words and in full. */
function TestOutcome({ result }: { result: Schemas['TestResult'] }) {
  const { success, statusCode, durationMs, error, responseBody } = result;
  return (
    <Stack gap="sm">
      <Alert
        color={success ? 'green' : 'red'}
        icon={success ? <IconCheck aria-hidden /> : <IconX aria-hidden />}
        title={success ? 'The test succeeded' : 'The test failed'}
      >
        {error === null ? (
          <Text size="sm">The receiver accepted the test alert. Real alerts are sent in the same way.</Text>
        ) : (
          <Stack gap={4}>
            <Text size="sm">{ATTEMPT_ERROR_MEANINGS[error.code]}</Text>
            <Text size="sm" fw={600}>
              {adviceFor(error.code, statusCode)}
            </Text>
          </Stack>
        )}
      </Alert>
      <Group gap="xl" component="dl" m={0}>
        <Fact name="Status">{statusCode ?? 'no answer'}</Fact>
        <Fact name="Duration">{durationText(durationMs)}</Fact>
        {error && <Fact name="Error code">{error.code}</Fact>}
      </Group>
      {error && (
        <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
          Message: <bdi>{error.message}</bdi>
        </Text>
      )}
      {responseBody === null || responseBody === '' ? (
        <Text size="sm" c="dimmed">
          {statusCode === null ? 'There was no answer.' : 'The answer has no body.'}
        </Text>
      ) : (
        <div>
          <Text size="sm" fw={600} mb={4}>
            Response body
          </Text>
          <CodeBlock text={responseBody} what="the response body" heightMax={240} />
        </div>
      )}
    </Stack>
  );
}
