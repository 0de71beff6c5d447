import { Anchor } from '@mantine/core';
import { Link } from 'react-router';
import { useSession } from '../../session/session.tsx';

/** A destination's name, as the way to its page for a key that may see it. */
export function DestinationLink({ id, name }: { id: string; name: string }) {
  const { may } = useSession();
  const text = <bdi style={{ overflowWrap: 'anywhere' }}>{name}</bdi>;
  if (!may('destinations:read')) return text;
  return (
    <Anchor component={Link} to={`/destinations/${id}`} inherit>
      {text}
    </Anchor>
  );
}
