import { Anchor, Skeleton, Stack, Text } from '@mantine/core';
import { Link, useParams } from 'react-router';
import { ApiProblem } from '../../../api/problem-message.ts';
import { useDestination } from '../../../api/queries/destinations.ts';
import { EmptyState } from '../../../components/page/empty-state.tsx';
import { ErrorState } from '../../../components/page/error-state.tsx';
import { PageFrame } from '../../../components/page/page-frame.tsx';
import { DestinationDetail } from './destination-detail.tsx';

/** One destination: its health, its settings, and actions. */
export function Page() {
  const { id = '' } = useParams();
  const { data, error, refetch } = useDestination(id);
  if (isGone(error)) return <NoSuchDestination />;
  if (data !== undefined) return <DestinationDetail key={id} destination={data} refreshError={error} />;
  return (
    <PageFrame title="Destination">
      {error ? (
        <ErrorState error={error} onRetry={() => refetch()} />
      ) : (
        <Stack>
          <Skeleton h={180} />
          <Skeleton h={600} maw={820} />
        </Stack>
      )}
    </PageFrame>
  );
}

/** A malformed id is answered 400. */
function isGone(error: unknown): boolean {
  return error instanceof ApiProblem && (error.status === 404 || error.status === 400);
}

function NoSuchDestination() {
  return (
    <PageFrame title="Destination">
      <EmptyState title="There is no such destination">
        <Text c="dimmed">It may have been deleted. Its past deliveries are still listed.</Text>
        <Anchor component={Link} to="/destinations" underline="always">
          All destinations
        </Anchor>
      </EmptyState>
    </PageFrame>
  );
}
