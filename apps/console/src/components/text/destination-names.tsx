import { Anchor, Button, List } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'react-router';

const NAMES_PER_STEP = 50;

export interface DestinationNameProps {
  id: string;
  name: string;
  /** Whether it leads to the destination's page: for a key that may read destinations. */
  isLink: boolean;
}

/** A destination's name, as the way to its page where there is one. */
export function DestinationName({ id, name, isLink }: DestinationNameProps) {
  const text = <bdi style={{ overflowWrap: 'anywhere' }}>{name}</bdi>;
  if (!isLink) return text;
  return (
    <Anchor component={Link} to={`/destinations/${id}`} inherit>
      {text}
    </Anchor>
  );
}

export interface DestinationNamesProps {
  ids: readonly string[];
  nameOf: (id: string) => string;
  areLinks: boolean;
}

/** Destinations by name; a long list is shown step by step. */
export function DestinationNames({ ids, nameOf, areLinks }: DestinationNamesProps) {
  const [shownMax, setShownMax] = useState(NAMES_PER_STEP);
  return (
    <>
      <List spacing={4}>
        {ids.slice(0, shownMax).map((id) => (
          <List.Item key={id}>
            <DestinationName id={id} name={nameOf(id)} isLink={areLinks} />
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
