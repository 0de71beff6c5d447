import { Box, Button, Skeleton, Stack, VisuallyHidden } from '@mantine/core';
import { IconArrowUp } from '@tabler/icons-react';
import { useMemo } from 'react';
import { useSearchParams } from 'react-router';
import { useUrlFilters } from '../../components/fields/url-filters.ts';
import { ErrorState } from '../../components/page/error-state.tsx';
import { LoadMore } from '../../components/page/load-more.tsx';
import { PageFrame } from '../../components/page/page-frame.tsx';
import { FILTER_NAMES, readFilters } from './alert-query.ts';
import { AlertRows } from './alert-rows.tsx';
import { FilterBar } from './filter-bar.tsx';
import { type NewAlerts, newAlertsText } from './newest.ts';
import { NoAlerts, NothingMatches } from './no-alerts.tsx';
import { useAlertList } from './use-alert-list.ts';
import { useReader } from './use-reader.ts';

const SKELETON_ROWS = 8;

/** Every alert, newest receipt first. */
export function Page() {
  const url = useUrlFilters(FILTER_NAMES);
  const [search] = useSearchParams();
  const filters = useMemo(() => readFilters(url), [search]);
  const reader = useReader();
  const { list, alerts, liveError, fresh, showNewest } = useAlertList(filters, reader.isReading);
  const goToNewest = async () => {
    await showNewest();
    // The button disappears, so the focus moves to the list.
    reader.listRef.current?.focus({ preventScroll: true });
  };
  const isEmpty = list.isSuccess && alerts.length === 0 && !list.hasNextPage;
  return (
    <PageFrame title="Alerts">
      <FilterBar url={url} filters={filters} error={list.error ?? liveError} />
      {list.isError && <ErrorState error={list.error} onRetry={() => list.refetch()} />}
      {liveError && !list.isError && <ErrorState error={liveError} />}
      {list.isPending && <RowsSkeleton />}
      {isEmpty && (url.isEmpty ? <NoAlerts /> : <NothingMatches onClear={url.clear} />)}
      {alerts.length > 0 && (
        <Box pos="relative">
          <NewAlertsButton fresh={fresh} onClick={goToNewest} />
          <Box
            ref={reader.listRef}
            tabIndex={-1}
            onPointerMove={reader.onPointerMove}
            aria-busy={list.isPlaceholderData}
            style={{ opacity: list.isPlaceholderData ? 0.6 : 1, outline: 'none' }}
          >
            <AlertRows alerts={alerts} />
          </Box>
        </Box>
      )}
      {list.hasNextPage && (
        <LoadMore onClick={() => list.fetchNextPage()} loading={list.isFetchingNextPage} />
      )}
    </PageFrame>
  );
}

/** Lies over the list, so that no row moves, and stays visible while the page is scrolled. */
function NewAlertsButton({ fresh, onClick }: { fresh: NewAlerts; onClick: () => void }) {
  return (
    <Box
      pos="sticky"
      top="calc(var(--app-shell-header-height) + 8px)"
      h={0}
      ta="center"
      aria-live="polite"
      style={{ zIndex: 2 }}
    >
      {fresh.count > 0 && (
        <Button radius="xl" size="xs" leftSection={<IconArrowUp size={14} aria-hidden />} onClick={onClick}>
          {newAlertsText(fresh)}
        </Button>
      )}
    </Box>
  );
}

function RowsSkeleton() {
  return (
    <Stack gap="xs" role="status">
      <VisuallyHidden>Loading the alerts…</VisuallyHidden>
      {Array.from({ length: SKELETON_ROWS }, (_, row) => (
        <Skeleton key={row} height={62} />
      ))}
    </Stack>
  );
}
