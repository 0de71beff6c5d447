import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useApi } from '../../api/api-context.tsx';
import { answer, type Schemas } from '../../api/client.ts';
import { useSession } from '../../shell/session.tsx';

/** It covers a day, so it need not be asked for often. */
const STATS_MS = 60_000;

export type DestinationStats = Schemas['DestinationStats'];

/** The last 24 hours of every destination, by its id. Empty without statistics, and for keys that may not see them. */
export function useDestinationStats(): ReadonlyMap<string, DestinationStats> {
  const api = useApi();
  const maySee = useSession().may('alerts:read');
  const { data } = useQuery({
    queryKey: ['stats', 'by-destination'],
    queryFn: ({ signal }) => answer(api.GET('/v1/stats', { signal })),
    enabled: maySee,
    refetchInterval: STATS_MS,
    staleTime: STATS_MS,
  });
  return useMemo(() => new Map(data?.destinations.map((stats) => [stats.destinationId, stats])), [data]);
}
