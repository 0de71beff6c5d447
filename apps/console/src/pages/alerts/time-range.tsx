import { NativeSelect } from '@mantine/core';
import { useState } from 'react';
import { MomentField } from '../../components/fields/moment-field.tsx';
import type { AlertFilters } from './alert-query.ts';

export interface TimeRangeProps {
  filters: Pick<AlertFilters, 'last' | 'since' | 'until'>;
  onChange: (changes: { last?: string | null; since?: string | null; until?: string | null }) => void;
}

const BETWEEN = 'between';

/** When the alerts were received: any time, a range that ends now, or between two moments. */
export function TimeRange({ filters: { last, since, until }, onChange }: TimeRangeProps) {
  const isGiven = since !== undefined || until !== undefined;
  // Both fields stay while somebody types the first moment.
  const [isBetween, setIsBetween] = useState(isGiven);
  const choice = last ?? (isBetween || isGiven ? BETWEEN : '');
  const choose = (value: string) => {
    setIsBetween(value === BETWEEN);
    const isLast = value !== '' && value !== BETWEEN;
    onChange({ last: isLast ? value : null, since: null, until: null });
  };
  return (
    <>
      <NativeSelect
        label="Received"
        value={choice}
        onChange={(event) => choose(event.currentTarget.value)}
        data={[
          { value: '', label: 'Any time' },
          { value: 'hour', label: 'Last hour' },
          { value: 'day', label: 'Last day' },
          { value: 'week', label: 'Last week' },
          { value: BETWEEN, label: 'Between…' },
        ]}
      />
      {choice === BETWEEN && (
        <>
          <MomentField label="From" iso={since ?? null} onChange={(iso) => onChange({ since: iso })} />
          <MomentField label="Until" iso={until ?? null} onChange={(iso) => onChange({ until: iso })} />
        </>
      )}
    </>
  );
}
