import { Button, Group, Skeleton, Stack, Text, Title } from '@mantine/core';
import { IconSend } from '@tabler/icons-react';
import { useEffect, useRef } from 'react';
import { Link } from 'react-router';
import { useDestination } from '../../../api/queries/destinations.ts';
import { ErrorState } from '../../../components/page/error-state.tsx';
import { TestReport } from '../test-report.tsx';
import { useTestAlert } from '../use-test-alert.ts';

/** The last step: the destination is there, and can be tried. */
export function AddedStep({ id }: { id: string }) {
  const { data: destination, error, refetch } = useDestination(id);
  const test = useTestAlert(id);
  const heading = useRef<HTMLHeadingElement>(null);
  const isThere = destination !== undefined;
  // The button that led here is gone: a screen reader continues at the heading.
  useEffect(() => {
    if (isThere) heading.current?.focus();
  }, [isThere]);
  if (destination === undefined)
    return error ? <ErrorState error={error} onRetry={() => refetch()} /> : <Skeleton h={160} />;
  return (
    <Stack gap="md">
      <Title order={2} size="h4" ref={heading} tabIndex={-1} style={{ outline: 'none' }}>
        Destination added
      </Title>
      <Text style={{ overflowWrap: 'anywhere' }}>
        <bdi>{destination.displayName}</bdi> {destination.enabled ? 'gets alerts from now on' : 'is disabled'}
        . Send a test alert to check that the receiver answers.
      </Text>
      <Group gap="sm">
        <Button
          variant={test.data?.success ? 'default' : 'filled'}
          leftSection={<IconSend size={16} aria-hidden />}
          onClick={() => test.mutate()}
          loading={test.isPending}
        >
          Send Test Alert
        </Button>
        <Button
          component={Link}
          to={`/destinations/${id}`}
          variant={test.data?.success ? 'filled' : 'default'}
        >
          Finish Setup
        </Button>
      </Group>
      <TestReport test={test} timeoutMs={destination.timeoutMs} />
    </Stack>
  );
}
