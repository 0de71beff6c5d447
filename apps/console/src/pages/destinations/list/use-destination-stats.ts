import { type UseQueryResult, useQueries } from '@tanstack/react-query';
import { useApi } from '../../../api/api-context.tsx';
import { type Schemas, unwrap } from '../../../api/client.ts';
import { useSession } from '../../../session/session.tsx';
import { CHUNK_ROWS } from './chunks-in-view.ts';

/** It covers a day, so it need not be asked for often. */
const STATS_MS = 60_000;

export type DestinationStats = Schemas['DestinationStats'];

/**
 * The last 24 hours of some destinations, by their ids. Empty without statistics, and for keys that may not see them.
 *
 * @param chunks ids that are asked for together, at most `CHUNK_ROWS`
 */
export function useDestinationStats(
  chunks: readonly (readonly string[])[],
): ReadonlyMap<string, DestinationStats> {
  const api = useApi();
  const maySee = useSession().may('alerts:read');
  return useQueries({
    queries: chunks.map((destinations) => ({
      queryKey: ['stats', 'by-destination', destinations],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        unwrap(
          api.GET('/v1/stats', {
            params: { query: { destinations: [...destinations], limit: CHUNK_ROWS } },
            signal,
          }),
        ),
      enabled: maySee,
      refetchInterval: STATS_MS,
      staleTime: STATS_MS,
    })),
    combine: byDestination,
  });
}

function byDestination(results: UseQueryResult<Schemas['Stats']>[]): Map<string, DestinationStats> {
  const all = results.flatMap(({ data }) => data?.destinations ?? []);
  return new Map(all.map((stats) => [stats.destinationId, stats]));
}
