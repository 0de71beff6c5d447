import { Button } from '@mantine/core';
import { IconCopy, IconKey, IconListDetails, IconTrash } from '@tabler/icons-react';
import { Link } from 'react-router';
import type { Destination } from '../../../api/client.ts';
import { useSession } from '../../../session/session.tsx';
import { stepPath } from '../new/step.ts';

export interface ActionsProps {
  destination: Destination;
  onRotate: () => void;
  onDelete: () => void;
}

/** What can be done with a destination besides changing and testing it. */
export function Actions({ destination: { id, signingSecret }, onRotate, onDelete }: ActionsProps) {
  const { may } = useSession();
  const mayChange = may('destinations:write');
  return (
    <>
      {may('alerts:read') && (
        <Button
          component={Link}
          to={`/deliveries?destinationId=${id}`}
          variant="default"
          leftSection={<IconListDetails size={16} aria-hidden />}
        >
          Deliveries
        </Button>
      )}
      {mayChange && (
        <>
          <Button
            component={Link}
            to={stepPath({ name: 'form', fromId: id })}
            variant="default"
            leftSection={<IconCopy size={16} aria-hidden />}
          >
            Duplicate
          </Button>
          <Button variant="default" leftSection={<IconKey size={16} aria-hidden />} onClick={onRotate}>
            {signingSecret === null ? 'Create signing secret' : 'Rotate secret'}
          </Button>
          <Button
            variant="default"
            c="var(--mantine-color-error)"
            leftSection={<IconTrash size={16} aria-hidden />}
            onClick={onDelete}
          >
            Delete
          </Button>
        </>
      )}
    </>
  );
}
