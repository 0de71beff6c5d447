import { Anchor, Text } from '@mantine/core';
import { Link } from 'react-router';
import { EmptyState } from '../components/page/empty-state.tsx';
import { usePageTitle } from '../components/page/page-title.ts';

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
