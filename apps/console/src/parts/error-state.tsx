import { Alert, Button, Group } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { messageOf } from '../api/problem.ts';

export interface ErrorStateProps {
  error: unknown;
  /** Left out where asking again can't help. */
  onRetry?: () => unknown;
}

/** Says what went wrong, in the API's own words, and offers to try again. */
export function ErrorState({ error, onRetry }: ErrorStateProps) {
  const { title, detail } = messageOf(error);
  return (
    <Alert color="red" role="alert" icon={<IconAlertTriangle aria-hidden />} title={title}>
      {detail}
      {onRetry && (
        <Group mt="sm">
          <Button size="xs" variant="default" onClick={() => onRetry()}>
            Try again
          </Button>
        </Group>
      )}
    </Alert>
  );
}
