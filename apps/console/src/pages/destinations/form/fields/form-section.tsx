import { Paper, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';

export interface FormSectionProps {
  title: string;
  hint?: string;
  children: ReactNode;
}

/** A part of a form under its own heading. */
export function FormSection({ title, hint, children }: FormSectionProps) {
  return (
    <Paper withBorder p="md" radius="md" component="section">
      <Stack gap="md">
        <div>
          <Title order={2} size="h4">
            {title}
          </Title>
          {hint && (
            <Text size="sm" c="dimmed">
              {hint}
            </Text>
          )}
        </div>
        {children}
      </Stack>
    </Paper>
  );
}
