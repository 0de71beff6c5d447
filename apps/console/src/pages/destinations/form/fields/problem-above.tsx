import { Alert, List } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { FormProblem } from '../use-destination-form.ts';

/** Says above a form what was refused, where no field is to blame. It can take the focus, so that it is seen and heard. */
export function ProblemAbove({ problem }: { problem: FormProblem }) {
  return (
    <Alert
      data-problem
      tabIndex={-1}
      color="red"
      role="alert"
      icon={<IconAlertTriangle aria-hidden />}
      title={problem.title}
    >
      {problem.detail}
      {problem.items.length > 0 && (
        <List size="sm" mt="xs">
          {problem.items.map((item) => (
            <List.Item key={item}>{item}</List.Item>
          ))}
        </List>
      )}
    </Alert>
  );
}
