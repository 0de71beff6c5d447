import { Alert, Button, Group } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useEffect, useRef } from 'react';
import { mayRetry, messageOf } from '../../api/problem.ts';
import { showAndFocus } from './fault-focus.ts';
import { FaultList } from './fault-list.tsx';

export interface ErrorStateProps {
  error: unknown;
  /** Asks again; offered where that can help. */
  onRetry?: () => unknown;
  /** Whether it comes into view and takes the focus: where it answers what somebody has just done. */
  takesFocus?: boolean;
}

/** Says what went wrong, in the API's own words and fault by fault, and offers to try again. */
export function ErrorState({ error, onRetry, takesFocus = false }: ErrorStateProps) {
  const ref = useRef<HTMLDivElement>(null);
  const { title, detail, faults } = messageOf(error);
  useEffect(() => {
    if (takesFocus && error) showAndFocus(ref.current);
  }, [takesFocus, error]);
  return (
    <Alert
      ref={ref}
      tabIndex={-1}
      color="red"
      role="alert"
      icon={<IconAlertTriangle aria-hidden />}
      title={title}
    >
      {detail}
      <FaultList faults={faults} />
      {onRetry && mayRetry(error) && (
        <Group mt="sm">
          <Button size="xs" variant="default" onClick={() => onRetry()}>
            Try again
          </Button>
        </Group>
      )}
    </Alert>
  );
}
