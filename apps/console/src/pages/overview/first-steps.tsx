import { Button, Group, Text } from '@mantine/core';
import { IconSend } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import { useApi } from '../../api/api-context.tsx';
import { unwrap } from '../../api/client.ts';
import { POLL_MS } from '../../api/queries/polling.ts';
import { useSendSampleAlert } from '../../api/queries/use-send-sample-alert.ts';
import { EmptyState } from '../../components/page/empty-state.tsx';
import { useSession } from '../../session/session.tsx';

/** Shown while there is no alert at all: the first steps for a new user. */
export function FirstSteps() {
  const api = useApi();
  const { may } = useSession();
  const send = useSendSampleAlert();
  const { data } = useQuery({
    queryKey: ['alerts', 'any'],
    queryFn: ({ signal }) => unwrap(api.GET('/v1/alerts', { params: { query: { limit: 1 } }, signal })),
    // Stops polling once there is an alert.
    refetchInterval: ({ state }) => (state.data?.items.length ? false : POLL_MS.overview),
  });
  if (data === undefined || data.items.length > 0) return null;
  return (
    <EmptyState title="No alerts have arrived yet">
      <Text c="dimmed">Add a destination, send a sample alert, and see it delivered.</Text>
      <Group justify="center">
        {may('destinations:write') && (
          <Button component={Link} to="/destinations/new" variant="default">
            Add a destination
          </Button>
        )}
        {may('alerts:write') && (
          <Button
            leftSection={<IconSend size={16} aria-hidden />}
            loading={send.isPending}
            onClick={() => send.mutate()}
          >
            Send a sample alert
          </Button>
        )}
      </Group>
    </EmptyState>
  );
}
