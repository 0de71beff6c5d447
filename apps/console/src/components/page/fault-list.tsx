import { Code, List } from '@mantine/core';
import type { FieldError } from '../../api/problem.ts';

/** Every fault that the API found in a request, each with its place. */
export function FaultList({ faults }: { faults: readonly FieldError[] }) {
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
