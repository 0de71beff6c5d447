import { Button, Group, SegmentedControl, Skeleton, Stack } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { useApi } from '../../api/api-context.tsx';
import { unwrap } from '../../api/client.ts';
import { faultOf } from '../../api/problem-message.ts';
import { useDestinationChoice } from '../../api/queries/destination-names.ts';
import { POLL_MS, pollMs } from '../../api/queries/polling.ts';
import { useContinue } from '../../api/queries/use-continue.ts';
import { DestinationFilter } from '../../components/fields/destination-filter.tsx';
import { MomentField } from '../../components/fields/moment-field.tsx';
import { useUrlFilters } from '../../components/fields/url-filters.ts';
import { EmptyState } from '../../components/page/empty-state.tsx';
import { ErrorState } from '../../components/page/error-state.tsx';
import { LoadMore } from '../../components/page/load-more.tsx';
import { PageFrame } from '../../components/page/page-frame.tsx';
import { useSession } from '../../session/session.tsx';
import { BulkResends } from './bulk-resends.tsx';
import { DeliveryList } from './delivery-list.tsx';
import { ResendMany } from './resend-many.tsx';
import { EMPTY_LABELS, VIEWS, viewOf } from './views.ts';

const PAGE = 50;

/** Deliveries by state, with what they wait for; and resending many of them. */
export function Page() {
  const api = useApi();
  const { may } = useSession();
  const [isResending, resending] = useDisclosure();
  const filters = useUrlFilters(['view', 'destinationId', 'since', 'until']);
  const view = viewOf(filters.get('view'));
  const [destinationId, since, until] = ['destinationId', 'since', 'until'].map(
    (name) => filters.get(name) ?? '',
  );
  const choice = useDestinationChoice(destinationId || null, may('destinations:read'));
  const list = useInfiniteQuery({
    queryKey: ['deliveries', view.name, destinationId, since, until],
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        api.GET('/v1/deliveries', {
          params: {
            query: {
              limit: PAGE,
              ...(view.status.length > 0 && { status: [...view.status] }),
              ...(destinationId && { destinationId }),
              ...(since && { since }),
              ...(until && { until }),
              ...(pageParam && { cursor: pageParam }),
            },
          },
          signal,
        }),
      ),
    getNextPageParam: ({ nextCursor }) => nextCursor,
    // Not after further pages were loaded: the rows being read must not move.
    refetchInterval: ({ state }) =>
      (state.data?.pages.length ?? 0) > 1 ? false : pollMs(POLL_MS.list, state.error),
    placeholderData: keepPreviousData,
  });
  useContinue(list);
  const deliveries = list.data?.pages.flatMap(({ items }) => items);
  return (
    <PageFrame
      title="Deliveries"
      actions={may('deliveries:resend') && <Button onClick={resending.open}>Resend many…</Button>}
    >
      <Stack gap="sm">
        <SegmentedControl
          aria-label="State"
          value={view.name}
          onChange={(name) => filters.set({ view: name })}
          data={VIEWS.map(({ name, label }) => ({ value: name, label }))}
          style={{ flexWrap: 'wrap', alignSelf: 'flex-start', maxWidth: '100%' }}
        />
        <Group gap="sm" align="flex-start">
          <DestinationFilter
            choice={choice}
            value={destinationId || null}
            onChange={(id) => filters.set({ destinationId: id })}
            error={faultOf(list.error, 'destinationId')}
          />
          <MomentField
            label="Received since"
            iso={since || null}
            onChange={(iso) => filters.set({ since: iso })}
            error={faultOf(list.error, 'since')}
          />
          <MomentField
            label="Received until"
            iso={until || null}
            onChange={(iso) => filters.set({ until: iso })}
            error={faultOf(list.error, 'until')}
          />
          {(destinationId || since || until) && (
            <Button
              // Beside the fields, below the line of their labels.
              mt={24}
              variant="default"
              onClick={() => filters.set({ destinationId: null, since: null, until: null })}
            >
              Clear
            </Button>
          )}
        </Group>
      </Stack>
      <BulkResends />
      {list.error && <ErrorState error={list.error} onRetry={list.refetch} />}
      {deliveries === undefined && !list.error && <Skeleton h={480} />}
      {deliveries?.length === 0 && !list.hasNextPage && (
        <EmptyState title="Nothing here">{EMPTY_LABELS[view.name]}</EmptyState>
      )}
      {deliveries !== undefined && deliveries.length > 0 && <DeliveryList deliveries={deliveries} />}
      {list.hasNextPage && <LoadMore onClick={list.fetchNextPage} loading={list.isFetchingNextPage} />}
      {isResending && (
        <ResendMany
          initial={{ destinationId: destinationId ?? '', since: since ?? '', until: until ?? '', view }}
          onClose={resending.close}
        />
      )}
    </PageFrame>
  );
}
