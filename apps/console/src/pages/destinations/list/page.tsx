import { Button, Skeleton, Stack, VisuallyHidden } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { Link } from 'react-router';
import { EmptyState } from '../../../components/page/empty-state.tsx';
import { ErrorState } from '../../../components/page/error-state.tsx';
import { PageFrame } from '../../../components/page/page-frame.tsx';
import { useSession } from '../../../session/session.tsx';
import { DestinationList } from './destination-list.tsx';
import { useAllDestinations } from './use-all-destinations.ts';

/** Every destination with how it does. */
export function Page() {
  const { may } = useSession();
  const all = useAllDestinations();
  return (
    <PageFrame title="Destinations" actions={may('destinations:write') && <AddButton />}>
      {all.error !== null && <ErrorState error={all.error} onRetry={all.retry} />}
      {all.destinations === undefined && all.error === null && <TableSkeleton />}
      {all.destinations?.length === 0 && <NoDestinations />}
      {all.destinations !== undefined && all.destinations.length > 0 && (
        <DestinationList destinations={all.destinations} isIncomplete={all.isIncomplete} />
      )}
    </PageFrame>
  );
}

function AddButton() {
  return (
    <Button component={Link} to="/destinations/new" leftSection={<IconPlus size={16} aria-hidden />}>
      Add destination
    </Button>
  );
}

function NoDestinations() {
  const mayAdd = useSession().may('destinations:write');
  if (!mayAdd)
    return (
      <EmptyState title="There are no destinations yet">
        Somebody whose key has the scope destinations:write can add one.
      </EmptyState>
    );
  return (
    <EmptyState title="There are no destinations yet">
      A destination is a URL that alerts are sent to. Until there is one, alerts are stored but not sent.
      <Button component={Link} to="/destinations/new">
        Add your first destination
      </Button>
    </EmptyState>
  );
}

const SKELETON_ROWS = 8;

/** Shown while the filters and the table load. */
function TableSkeleton() {
  return (
    <Stack gap="sm" role="status">
      <VisuallyHidden>Loading the destinations…</VisuallyHidden>
      <Skeleton h={60} maw={760} />
      <Skeleton h={20} w={90} />
      {Array.from({ length: SKELETON_ROWS }, (_, row) => (
        <Skeleton key={row} h={81} />
      ))}
    </Stack>
  );
}
