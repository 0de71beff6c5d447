import { Button, Center } from '@mantine/core';

export interface LoadMoreProps {
  onClick: () => unknown;
  loading?: boolean;
}

/** Stands below a list that goes on. */
export function LoadMore({ onClick, loading = false }: LoadMoreProps) {
  return (
    <Center py="sm">
      <Button variant="default" onClick={() => onClick()} loading={loading}>
        Load more
      </Button>
    </Center>
  );
}
