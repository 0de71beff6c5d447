import { Button } from '@mantine/core';
import { IconPlayerPause, IconPlayerPlay } from '@tabler/icons-react';
import type { Destination } from '../../api/client.ts';
import { useSession } from '../../session/session.tsx';
import { useDestinationChange } from './use-destination-change.ts';

export interface PauseButtonProps {
  destination: Pick<Destination, 'id' | 'displayName' | 'paused'>;
  size?: string;
}

/** Pauses a destination and resumes it: alerts go on being routed to it, so nothing is lost and nothing is asked. */
export function PauseButton({ destination, size = 'sm' }: PauseButtonProps) {
  const mayChange = useSession().may('destinations:write');
  const change = useDestinationChange(destination);
  if (!mayChange) return null;
  const { paused, displayName } = destination;
  const Icon = paused ? IconPlayerPlay : IconPlayerPause;
  const verb = paused ? 'Resume' : 'Pause';
  return (
    <Button
      variant="default"
      size={size}
      leftSection={<Icon size={14} aria-hidden />}
      aria-label={`${verb} ${displayName}`}
      onClick={() => change.mutate({ paused: !paused })}
      loading={change.isPending}
    >
      {verb}
    </Button>
  );
}
