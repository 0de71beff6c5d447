import { CloseButton, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';

const SETTLED_MS = 250;

export interface SearchFieldProps {
  label: string;
  placeholder?: string;
  /** What the page's URL says. */
  value: string;
  onChange: (value: string) => void;
  /** Why it was refused; null where it was not. */
  error?: string | null;
}

/** A text filter that lives in the URL. What is typed shows at once; the URL follows when the typing pauses. */
export function SearchField({ label, placeholder, value, onChange, error = null }: SearchFieldProps) {
  const [text, setText] = useState(value);
  const sent = useRef(value);
  const send = (next: string) => {
    sent.current = next;
    onChange(next);
  };
  const settle = useDebouncedCallback(send, SETTLED_MS);
  // A change that did not come from here: the browser's history, or filters that were cleared.
  useEffect(() => {
    if (value === sent.current) return;
    sent.current = value;
    setText(value);
  }, [value]);
  const change = (next: string) => {
    setText(next);
    settle(next);
  };
  return (
    <TextInput
      type="search"
      label={label}
      {...(placeholder !== undefined && { placeholder })}
      value={text}
      error={error}
      onChange={(event) => change(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key !== 'Enter') return;
        settle.cancel();
        send(text);
      }}
      leftSection={<IconSearch size={16} aria-hidden />}
      rightSection={
        text !== '' && <CloseButton size="sm" aria-label={`Clear: ${label}`} onClick={() => change('')} />
      }
      maxLength={200}
      spellCheck={false}
    />
  );
}
