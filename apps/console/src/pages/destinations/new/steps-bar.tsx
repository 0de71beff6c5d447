import { VisuallyHidden } from '@mantine/core';
import { IconCheck } from '@tabler/icons-react';
import { STEP_NAMES, type Step } from './step.ts';
import classes from './steps-bar.module.css';

const LABELS: Record<Step['name'], string> = {
  type: 'Choose a type',
  form: 'Set it up',
  added: 'Test and finish',
};

/** Shows the current step. */
export function StepsBar({ current }: { current: Step['name'] }) {
  const place = STEP_NAMES.indexOf(current);
  return (
    <ol className={classes.steps} aria-label="Steps">
      {STEP_NAMES.map((name, index) => (
        <li
          key={name}
          className={classes.step}
          data-state={index < place ? 'done' : index === place ? 'current' : 'ahead'}
          {...(index === place ? { 'aria-current': 'step' as const } : {})}
        >
          <span className={classes.mark} aria-hidden>
            {index < place ? <IconCheck size={16} /> : index + 1}
          </span>
          <span>
            {LABELS[name]}
            {index < place && <VisuallyHidden> (done)</VisuallyHidden>}
          </span>
        </li>
      ))}
    </ol>
  );
}
