import { TextInput } from '@mantine/core';
import { useEffect, useState } from 'react';
import { isoOfLocalInput, localInputOf } from '../../format/local-input.ts';

export interface MomentFieldProps {
  label: string;
  iso: string | null;
  onChange: (iso: string | null) => void;
  /** Why it was refused; null where it was not. */
  error?: string | null;
}

/** A moment in the viewer's own zone. */
export function MomentField({ label, iso, onChange, error = null }: MomentFieldProps) {
  const [text, setText] = useState(localInputOf(iso));
  // While a year is being typed, the text is no valid moment yet; it must not be cleared meanwhile.
  useEffect(() => setText((typed) => (isoOfLocalInput(typed) === iso ? typed : localInputOf(iso))), [iso]);
  return (
    <TextInput
      type="datetime-local"
      label={label}
      min="1970-01-02T00:00"
      max="9999-12-31T23:59"
      value={text}
      error={error}
      onChange={(event) => {
        setText(event.currentTarget.value);
        onChange(isoOfLocalInput(event.currentTarget.value));
      }}
    />
  );
}
