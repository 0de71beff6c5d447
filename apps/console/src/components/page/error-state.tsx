import { Alert, Button, Code, Group, List } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useEffect, useRef } from 'react';
import { describeError, type FieldError, mayRetry } from '../../api/problem-message.ts';
import { showAndFocus } from './fault-focus.ts';

export interface ErrorStateProps {
  error: unknown;
  /** Repeats the request; offered if that can help. */
  onRetry?: () => unknown;
  /** Whether it scrolls into view and takes the focus: set after an action of the user. */
  takesFocus?: boolean;
}

/** Says what went wrong, in the API's own words and fault by fault, and offers to try again. */
export function ErrorState({ error, onRetry, takesFocus = false }: ErrorStateProps) {
  const ref = useRef<HTMLDivElement>(null);
  const { title, detail, faults } = describeError(error);
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

/** Every fault that the API found in a request, each with its place. */
function FaultList({ faults }: { faults: readonly FieldError[] }) {
  if (faults.length === 0) return null;
  return (
    <List size="sm" mt="xs" style={{ overflowWrap: 'anywhere' }}>
      {faults.map(({ path, message }) => (
        <List.Item key={`${path} ${message}`}>
          {path !== '' && <Code>{path}</Code>} {message}
        </List.Item>
      ))}
    </List>
  );
}
