import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '../api-context.tsx';
import { type Api, type Destination, type Schemas, unwrap } from '../client.ts';
import { POLL_MS } from './polling.ts';

const PAGE_ITEMS = 1_000;

async function readAll(api: Api, signal: AbortSignal): Promise<Destination[]> {
  const all: Destination[] = [];
  let cursor: string | null = null;
  do {
    const query: { limit: number; cursor?: string } = { limit: PAGE_ITEMS, ...(cursor && { cursor }) };
    const page = await unwrap(api.GET('/v1/destinations', { params: { query }, signal }));
    all.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return all;
}

/**
 * Every destination by name, to choose from or to name one by its id. There may be 10,000: they are only read where
 * they are needed.
 *
 * @param isNeeded while false, nothing is read
 */
export function useDestinations(isNeeded: boolean) {
  const api = useApi();
  return useQuery({
    queryKey: ['destinations', 'all'],
    enabled: isNeeded,
    staleTime: POLL_MS.slow,
    queryFn: ({ signal }) => readAll(api, signal),
  });
}

/** What a field that chooses a destination offers. */
export interface DestinationChoice {
  destinations: readonly Destination[];
  isPending: boolean;
  /** Starts reading the destinations: called when the field gets the focus. */
  onWanted: () => void;
}

/**
 * @param chosen the id that is chosen already, whose name is needed at once
 * @param mayRead whether the key may read destinations
 * @returns null for a key that may not
 */
export function useDestinationChoice(chosen: string | null, mayRead: boolean): DestinationChoice | null {
  const [isWanted, setIsWanted] = useState(false);
  const { data = [], isPending } = useDestinations(mayRead && (isWanted || chosen !== null));
  return mayRead ? { destinations: data, isPending, onWanted: () => setIsWanted(true) } : null;
}

/**
 * Names destinations: those that the alert went to by their name at that time, others by today's. All destinations are
 * read only if one of the names is missing.
 *
 * @param ids of every destination that is to be named
 * @param mayRead whether the key may read destinations
 * @returns a name, or the id itself of one that was deleted or that the key may not see
 */
export function useDestinationNames(
  deliveries: readonly Schemas['DeliverySummary'][],
  ids: readonly string[],
  mayRead: boolean,
): (id: string) => string {
  const names = new Map(
    deliveries.map(({ destinationId, destinationName }) => [destinationId, destinationName]),
  );
  const { data } = useDestinations(mayRead && ids.some((id) => !names.has(id)));
  for (const { id, displayName } of data ?? []) if (!names.has(id)) names.set(id, displayName);
  return (id) => names.get(id) ?? id;
}
