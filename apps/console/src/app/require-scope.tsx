import { Code, Text } from '@mantine/core';
import type { ComponentType } from 'react';
import { EmptyState } from '../components/page/empty-state.tsx';
import { usePageTitle } from '../components/page/page-title.ts';
import { SCOPE_LABELS, type Scope } from '../session/scopes.ts';
import { useSession } from '../session/session.tsx';

/** Shows a page to those who may see it, and says to others what their key lacks. */
export function RequireScope({ scope, Page }: { scope: Scope; Page: ComponentType }) {
  const { session, may } = useSession();
  return may(scope) ? <Page /> : <Missing scope={scope} keyName={session.keyName} />;
}

function Missing({ scope, keyName }: { scope: Scope; keyName: string }) {
  usePageTitle('Not allowed');
  return (
    <EmptyState title="Your key may not open this page">
      <Text style={{ overflowWrap: 'anywhere' }}>
        The key “<bdi>{keyName}</bdi>” lacks the scope <Code>{scope}</Code>: {SCOPE_LABELS[scope]}.
      </Text>
      <Text c="dimmed">Sign in with a key that has it, or ask an admin to make one.</Text>
    </EmptyState>
  );
}
