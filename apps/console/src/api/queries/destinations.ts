import { type InfiniteData, type QueryClient, useQuery } from '@tanstack/react-query';
import { useApi } from '../api-context.tsx';
import type { Destination } from '../client.ts';
import { type Api, type Schemas, unwrap } from '../client.ts';
import { POLL_MS } from './polling.ts';

/** Everything that is kept about destinations stands below this key. */
export const DESTINATIONS_KEY = ['destinations'] as const;
export const ALL_DESTINATIONS_KEY = [...DESTINATIONS_KEY, 'pages'] as const;

export interface DestinationsPage {
  items: Destination[];
  nextCursor: string | null;
}

function destinationKey(id: string) {
  return [...DESTINATIONS_KEY, 'one', id] as const;
}

/** One destination with its health, as it changes. */
export function useDestination(id: string | null) {
  const api = useApi();
  return useQuery({
    queryKey: destinationKey(id ?? ''),
    queryFn: ({ signal }) =>
      unwrap(api.GET('/v1/destinations/{id}', { params: { path: { id: id ?? '' } }, signal })),
    enabled: id !== null,
    refetchInterval: POLL_MS.detail,
  });
}

type Changed = Schemas['ChangedDestination'];

/**
 * Saves a change. The answer is the whole destination: a key that may not read destinations cannot edit them either.
 */
export async function changeDestination(
  api: Api,
  id: string,
  body: Schemas['DestinationPatch'],
): Promise<Changed> {
  return (await unwrap(api.PATCH('/v1/destinations/{id}', { params: { path: { id } }, body }))) as Changed;
}

/**
 * Log types that alerts had, as suggestions; empty if they cannot be read.
 *
 * @param isNeeded while false, nothing is read
 */
export function useLogTypes(isNeeded = true): string[] {
  const api = useApi();
  const { data } = useQuery({
    queryKey: ['log-types'],
    enabled: isNeeded,
    queryFn: ({ signal }) => unwrap(api.GET('/v1/log-types', { signal })),
    staleTime: POLL_MS.slow,
  });
  return data?.items ?? [];
}

/**
 * Updates a changed destination wherever it is shown. Answers requested before the change must not undo it; the other
 * destinations, up to ten thousand, are not read again.
 */
export async function keepDestination(queries: QueryClient, destination: Destination): Promise<void> {
  await queries.cancelQueries({ queryKey: DESTINATIONS_KEY });
  queries.setQueryData(destinationKey(destination.id), destination);
  changeList(queries, (items) => items.map((item) => (item.id === destination.id ? destination : item)));
  await queries.invalidateQueries({ queryKey: DESTINATIONS_KEY, refetchType: 'none' });
}

/** Takes a deleted destination away from wherever it is shown. */
export async function dropDestination(queries: QueryClient, id: string): Promise<void> {
  await queries.cancelQueries({ queryKey: DESTINATIONS_KEY });
  changeList(queries, (items) => items.filter((item) => item.id !== id));
  queries.removeQueries({ queryKey: destinationKey(id) });
  await queries.invalidateQueries({ queryKey: DESTINATIONS_KEY });
}

function changeList(queries: QueryClient, change: (items: Destination[]) => Destination[]): void {
  queries.setQueryData<InfiniteData<DestinationsPage>>(
    ALL_DESTINATIONS_KEY,
    (data) => data && { ...data, pages: data.pages.map((page) => ({ ...page, items: change(page.items) })) },
  );
}
