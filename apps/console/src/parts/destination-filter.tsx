import { NativeSelect } from '@mantine/core';
import { useDestinationNames } from './destination-names.ts';

export interface DestinationFilterProps {
  /** A destination's id; empty for all. */
  value: string;
  onChange: (value: string) => void;
  /** Shown above it; without one it is named for screen readers alone. */
  label?: string;
}

/** Chooses one destination, or all of them. */
export function DestinationFilter({ value, onChange, label }: DestinationFilterProps) {
  const { destinations, mayRead } = useDestinationNames();
  if (!mayRead) return null;
  const known = destinations.map(({ id, displayName }) => ({ value: id, label: displayName }));
  const isListed = value === '' || known.some((option) => option.value === value);
  return (
    <NativeSelect
      {...(label === undefined ? { 'aria-label': 'Destination' } : { label })}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      data={[
        { value: '', label: 'All destinations' },
        ...known,
        ...(isListed ? [] : [{ value, label: 'A deleted destination' }]),
      ]}
      maw={260}
    />
  );
}
