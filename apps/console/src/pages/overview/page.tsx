import { NativeSelect, Stack } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '../../api/api-context.tsx';
import { unwrap } from '../../api/client.ts';
import { faultOf } from '../../api/problem-message.ts';
import { useDestinationChoice } from '../../api/queries/destination-names.ts';
import { POLL_MS, pollMs } from '../../api/queries/polling.ts';
import { DestinationFilter } from '../../components/fields/destination-filter.tsx';
import { useUrlFilters } from '../../components/fields/url-filters.ts';
import { ErrorState } from '../../components/page/error-state.tsx';
import { PageFrame } from '../../components/page/page-frame.tsx';
import { useSession } from '../../session/session.tsx';
import { ASKED_AT_FIRST, DestinationStatsTable } from './destination-stats-table.tsx';
import { FirstSteps } from './first-steps.tsx';
import { RANGES, rangeOf, sinceOf } from './ranges.ts';
import { StatsCharts } from './stats-charts.tsx';
import { StatsTiles } from './stats-tiles.tsx';

/** Counts, delays and open deliveries, over time and by destination. */
export function Page() {
  const { may } = useSession();
  if (!may('alerts:read')) return <PageFrame title="Overview">{NOT_ALLOWED}</PageFrame>;
  return <Overview />;
}

const NOT_ALLOWED = 'The key that you signed in with may not read alerts, so there is nothing to show here.';

function Overview() {
  const api = useApi();
  const { may } = useSession();
  const filters = useUrlFilters(['range', 'destinationId']);
  const range = rangeOf(filters.get('range'));
  const destinationId = filters.get('destinationId') ?? undefined;
  const choice = useDestinationChoice(destinationId ?? null, may('destinations:read'));
  const [limit, setLimit] = useState(ASKED_AT_FIRST);
  const { data, error, refetch, isPlaceholderData } = useQuery({
    queryKey: ['stats', range.name, destinationId ?? null, limit],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET('/v1/stats', {
          params: {
            query: { since: sinceOf(range, Date.now()), limit, ...(destinationId && { destinationId }) },
          },
          signal,
        }),
      ),
    refetchInterval: ({ state }) => pollMs(POLL_MS.overview, state.error),
    placeholderData: keepPreviousData,
  });
  return (
    <PageFrame
      title="Overview"
      actions={
        <>
          <DestinationFilter
            choice={choice}
            value={destinationId ?? null}
            onChange={(id) => filters.set({ destinationId: id })}
            error={faultOf(error, 'destinationId')}
          />
          <NativeSelect
            aria-label="Time range"
            value={range.name}
            onChange={(event) => filters.set({ range: event.currentTarget.value })}
            data={RANGES.map(({ name, label }) => ({ value: name, label }))}
          />
        </>
      }
    >
      {error && <ErrorState error={error} onRetry={refetch} />}
      {(data !== undefined || !error) && (
        <Stack gap="lg">
          <FirstSteps />
          <StatsTiles stats={data} />
          <StatsCharts stats={data} />
          {destinationId === undefined && (
            <DestinationStatsTable
              stats={data}
              asked={limit}
              onAskFor={setLimit}
              isLoading={isPlaceholderData}
            />
          )}
        </Stack>
      )}
    </PageFrame>
  );
}
