import { Text } from '@mantine/core';
import type { ReactNode } from 'react';

export interface FactProps {
  name: string;
  /** Explains the value, below it. */
  note?: ReactNode;
  children: ReactNode;
}

/** A name and its value; stands in a `dl`. */
export function Fact({ name, note, children }: FactProps) {
  return (
    <div style={{ minWidth: 0 }}>
      <Text component="dt" size="sm" c="dimmed">
        {name}
      </Text>
      <Text component="dd" m={0} fw={600} style={{ overflowWrap: 'anywhere' }}>
        {children}
        {note && (
          <Text size="xs" c="dimmed" component="span" display="block">
            {note}
          </Text>
        )}
      </Text>
    </div>
  );
}
