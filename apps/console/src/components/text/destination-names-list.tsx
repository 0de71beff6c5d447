import { Button, List } from '@mantine/core';
import { useState } from 'react';
import { DestinationLink } from './destination-link.tsx';

const NAMES_PER_STEP = 50;

/** Destinations by name; a long list is shown step by step. */
export function DestinationNamesList({
  ids,
  nameOf,
}: {
  ids: readonly string[];
  nameOf: (id: string) => string;
}) {
  const [shownMax, setShownMax] = useState(NAMES_PER_STEP);
  return (
    <>
      <List spacing={4}>
        {ids.slice(0, shownMax).map((id) => (
          <List.Item key={id}>
            <DestinationLink id={id} name={nameOf(id)} />
          </List.Item>
        ))}
      </List>
      {ids.length > shownMax && (
        <Button size="xs" variant="default" onClick={() => setShownMax(shownMax + NAMES_PER_STEP)}>
          {`Show more of ${ids.length}`}
        </Button>
      )}
    </>
  );
}
