import { Select } from '@mantine/core';

const OPTIONS_SHOWN_MAX = 100;

export interface DestinationFilterProps {
  /** What can be chosen; null for a key that may not read destinations, for which there is no field. */
  choice: {
    destinations: readonly { id: string; displayName: string }[];
    isPending: boolean;
    /** Called when the field gets the focus. */
    onWanted: () => void;
  } | null;
  /** A destination's id. */
  value: string | null;
  onChange: (id: string | null) => void;
  /** Why it was refused; null where it was not. */
  error?: string | null;
}

/** Chooses a destination by its name. */
export function DestinationFilter({ choice, value, onChange, error = null }: DestinationFilterProps) {
  if (choice === null) return null;
  const { destinations, isPending, onWanted } = choice;
  const known = destinations.map(({ id, displayName }) => ({ value: id, label: displayName }));
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
      onFocus={onWanted}
      searchable
      clearable
      clearButtonProps={{ 'aria-label': 'Clear Destination' }}
      limit={OPTIONS_SHOWN_MAX}
      nothingFoundMessage={isPending ? 'Loading…' : 'No destination has this name'}
    />
  );
}
