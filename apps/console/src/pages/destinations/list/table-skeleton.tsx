import { Skeleton, Stack, VisuallyHidden } from '@mantine/core';

const ROWS = 8;

/** Stands where the filters and the table will be. */
export function TableSkeleton() {
  return (
    <Stack gap="sm" role="status">
      <VisuallyHidden>Loading the destinations…</VisuallyHidden>
      <Skeleton h={60} maw={760} />
      <Skeleton h={20} w={90} />
      {Array.from({ length: ROWS }, (_, row) => (
        <Skeleton key={row} h={81} />
      ))}
    </Stack>
  );
}
