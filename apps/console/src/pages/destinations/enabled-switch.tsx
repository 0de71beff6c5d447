import { Switch, Tooltip } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useApi } from '../../api/api-context.tsx';
import type { Destination } from '../../api/client.ts';
import { summaryOf } from '../../api/problem-message.ts';
import { changeDestination, keepDestination } from '../../api/queries/destinations.ts';
import { useSession } from '../../session/session.tsx';

export interface EnabledSwitchProps {
  destination: Pick<Destination, 'id' | 'displayName' | 'enabled'>;
  /** Shown beside the switch; left out in a list, whose column heading names it. */
  label?: string;
}

/**
 * Enables and disables a destination at once. While it is disabled its deliveries wait, so there is no confirmation.
 */
export function EnabledSwitch({ destination: { id, displayName, enabled }, label }: EnabledSwitchProps) {
  const api = useApi();
  const queries = useQueryClient();
  const mayChange = useSession().may('destinations:write');
  const change = useMutation({
    mutationFn: (next: boolean) => changeDestination(api, id, { enabled: next }),
    onSuccess: (destination) => keepDestination(queries, destination),
    onError: (error) =>
      notifications.show({
        color: 'red',
        title: `${displayName} could not be changed`,
        message: summaryOf(error).message,
      }),
  });
  const control = (
    <Switch
      checked={change.isPending ? change.variables : enabled}
      onChange={(event) => change.mutate(event.currentTarget.checked)}
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
