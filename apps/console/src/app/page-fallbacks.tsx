import { Anchor, Box, Code, Text } from '@mantine/core';
import { Link, useRouteError } from 'react-router';
import { EmptyState } from '../components/page/empty-state.tsx';
import { ErrorState } from '../components/page/error-state.tsx';
import { usePageTitle } from '../components/page/page-title.ts';
import { SCOPE_LABELS, type Scope } from '../session/scopes.ts';
import { useSession } from '../session/session.tsx';

/** Shown at an address that the console does not have. */
export function NotFoundPage() {
  usePageTitle('Not found');
  return (
    <EmptyState title="There is no such page">
      <Text>
        Go to the{' '}
        <Anchor component={Link} to="/" underline="always">
          overview
        </Anchor>
        .
      </Text>
    </EmptyState>
  );
}

/** Shown if the key may not see the page; names the missing scope. */
export function NotAllowedPage({ scope }: { scope: Scope }) {
  usePageTitle('Not allowed');
  const { session } = useSession();
  return (
    <EmptyState title="Your key may not open this page">
      <Text style={{ overflowWrap: 'anywhere' }}>
        The key “<bdi>{session.keyName}</bdi>” lacks the scope <Code>{scope}</Code>: {SCOPE_LABELS[scope]}.
      </Text>
      <Text c="dimmed">Sign in with a key that has it, or ask an admin to make one.</Text>
    </EmptyState>
  );
}

/** Shown if a page failed to load or to render; a reload also fetches a new version of the console. */
export function RouteFailure() {
  return (
    <Box p="md">
      <ErrorState error={useRouteError()} onRetry={() => window.location.reload()} />
    </Box>
  );
}
