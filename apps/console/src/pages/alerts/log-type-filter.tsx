import { Autocomplete } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useLogTypes } from '../../api/queries/destinations.ts';
import { useSession } from '../../session/session.tsx';

const OPTIONS_SHOWN_MAX = 50;

export interface LogTypeFilterProps {
  value: string;
  onChange: (logType: string) => void;
}

/** Chooses a log type: one that alerts had, or any other that is typed and ended with Enter. */
export function LogTypeFilter({ value, onChange }: LogTypeFilterProps) {
  const { may } = useSession();
  const [text, setText] = useState(value);
  const [isWanted, setIsWanted] = useState(false);
  const logTypes = useLogTypes(isWanted && may('destinations:read'));
  useEffect(() => setText(value), [value]);
  const choose = (next: string) => {
    setText(next);
    if (next.trim() !== value) onChange(next.trim());
  };
  return (
    <Autocomplete
      label="Log type"
      placeholder="Any"
      data={logTypes}
      limit={OPTIONS_SHOWN_MAX}
      maxLength={1_000}
      value={text}
      onChange={setText}
      onFocus={() => setIsWanted(true)}
      onOptionSubmit={choose}
      onBlur={() => choose(text)}
      onKeyDown={(event) => {
        if (event.key === 'Enter') choose(text);
      }}
      onClear={() => choose('')}
      clearable
      clearButtonProps={{ 'aria-label': 'Clear Log type' }}
    />
  );
}
