import { CloseButton, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';

const TYPING_MS = 300;

export interface SearchFieldProps {
  /** What is looked for now, as the URL says. */
  value: string;
  /** Called when the typing pauses, and at once by the Enter key. */
  onSearch: (text: string) => void;
}

/** Looks for a part of an alert's title, name or id. */
export function SearchField({ value, onSearch }: SearchFieldProps) {
  const [text, setText] = useState(value);
  const sent = useRef(value);
  const send = (next: string) => {
    sent.current = next.trim();
    onSearch(sent.current);
  };
  const sendLater = useDebouncedCallback(send, TYPING_MS);
  // The URL also changes by other ways, such as the button that clears every filter; what was typed here is no news.
  useEffect(() => {
    if (value === sent.current) return;
    sent.current = value;
    setText(value);
  }, [value]);
  const change = (next: string) => {
    setText(next);
    sendLater(next);
  };
  return (
    <TextInput
      type="search"
      label="Search"
      placeholder="Title, name or id"
      maxLength={500}
      value={text}
      onChange={(event) => change(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key !== 'Enter') return;
        sendLater.cancel();
        send(text);
      }}
      leftSection={<IconSearch size={16} aria-hidden />}
      rightSection={
        text !== '' && <CloseButton size="sm" aria-label="Clear the search" onClick={() => change('')} />
      }
    />
  );
}
