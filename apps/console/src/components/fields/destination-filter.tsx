import { Select } from '@mantine/core';
import { useState } from 'react';
import { useDestinations } from '../../api/queries/all-destinations.ts';
import { useSession } from '../../session/session.tsx';

const OPTIONS_SHOWN_MAX = 100;

export interface DestinationFilterProps {
  /** A destination's id. */
  value: string | null;
  onChange: (id: string | null) => void;
  /** Why it was refused; null where it was not. */
  error?: string | null;
}

/** Chooses a destination by its name; not there for a key that may not see them. */
export function DestinationFilter({ value, onChange, error = null }: DestinationFilterProps) {
  const { may } = useSession();
  const [isWanted, setIsWanted] = useState(false);
  const { data, isPending } = useDestinations(isWanted || value !== null);
  if (!may('destinations:read')) return null;
  const known = (data ?? []).map(({ id, displayName }) => ({ value: id, label: displayName }));
  const isListed = value === null || known.some((option) => option.value === value);
  const unknown = error === null ? 'A deleted destination' : (value ?? '');
  const other = { value: value ?? '', label: isPending ? 'Loading…' : unknown };
  return (
    <Select
      label="Destination"
      placeholder="Any"
      data={isListed ? known : [...known, other]}
      value={value}
      onChange={onChange}
      error={error}
      onFocus={() => setIsWanted(true)}
      searchable
      clearable
      clearButtonProps={{ 'aria-label': 'Clear Destination' }}
      limit={OPTIONS_SHOWN_MAX}
      nothingFoundMessage={isPending ? 'Loading…' : 'No destination has this name'}
    />
  );
}
