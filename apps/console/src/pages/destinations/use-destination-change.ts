import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useApi } from '../../api/api-context.tsx';
import type { Destination } from '../../api/client.ts';
import { summaryOf } from '../../api/problem-message.ts';
import { changeDestination, keepDestination } from '../../api/queries/destinations.ts';

/** Changes whether a destination takes deliveries, at once; a failure is shown. */
export function useDestinationChange({ id, displayName }: Pick<Destination, 'id' | 'displayName'>) {
  const api = useApi();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (change: Partial<Pick<Destination, 'enabled' | 'paused'>>) =>
      changeDestination(api, id, change),
    onSuccess: (destination) => keepDestination(queries, destination),
    onError: (error) =>
      notifications.show({
        color: 'red',
        title: `${displayName} could not be changed`,
        message: summaryOf(error).message,
      }),
  });
}
