import { Switch, Tooltip } from '@mantine/core';
import type { Destination } from '../../api/client.ts';
import { useSession } from '../../session/session.tsx';
import { useDestinationChange } from './use-destination-change.ts';

export interface EnabledSwitchProps {
  destination: Pick<Destination, 'id' | 'displayName' | 'enabled'>;
  /** Shown beside the switch; left out in a list, whose column heading names it. */
  label?: string;
}

/**
 * Enables and disables a destination at once. While it is disabled its deliveries wait, so there is no confirmation.
 */
export function EnabledSwitch({ destination, label }: EnabledSwitchProps) {
  const { displayName, enabled } = destination;
  const mayChange = useSession().may('destinations:write');
  const change = useDestinationChange(destination);
  const control = (
    <Switch
      checked={change.isPending ? change.variables.enabled === true : enabled}
      onChange={(event) => change.mutate({ enabled: event.currentTarget.checked })}
      disabled={!mayChange || change.isPending}
      {...(label === undefined ? { 'aria-label': `Enabled: ${displayName}` } : { label })}
    />
  );
  if (mayChange) return control;
  return (
    <Tooltip label="This key may not change destinations" events={{ hover: true, focus: true, touch: true }}>
      <div>{control}</div>
    </Tooltip>
  );
}
