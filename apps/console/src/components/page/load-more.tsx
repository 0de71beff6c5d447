import { Button, Center } from '@mantine/core';

export interface LoadMoreProps {
  onClick: () => unknown;
  loading?: boolean;
}

/** The button below a list that has more pages. */
export function LoadMore({ onClick, loading = false }: LoadMoreProps) {
  return (
    <Center py="sm">
      <Button variant="default" onClick={() => onClick()} loading={loading}>
        Load more
      </Button>
    </Center>
  );
}
