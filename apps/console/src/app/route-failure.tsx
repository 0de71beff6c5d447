import { Box } from '@mantine/core';
import { useRouteError } from 'react-router';
import { ErrorState } from '../components/page/error-state.tsx';

/** Stands where a page failed to load or to draw; a reload also fetches a new version of the console. */
export function RouteFailure() {
  return (
    <Box p="md">
      <ErrorState error={useRouteError()} onRetry={() => window.location.reload()} />
    </Box>
  );
}
