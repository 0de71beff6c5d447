import { useQuery } from '@tanstack/react-query';
import { useApi } from '../api/api-context.tsx';
import { answer } from '../api/client.ts';
import { LIVE_MS } from '../api/live.ts';
import { useSession } from '../shell/session.tsx';

const DESTINATIONS_MAX = 1_000;

export interface DestinationNames {
  /** The first thousand by name; empty while they are not known, and where the key may not see them. */
  destinations: { id: string; displayName: string }[];
  /** An id stands for itself where its name is not known. */
  nameOf: (id: string) => string;
  mayRead: boolean;
}

/** Names of destinations by id, for lists and filters that show them. */
export function useDestinationNames(): DestinationNames {
  const api = useApi();
  const mayRead = useSession().may('destinations:read');
  const { data } = useQuery({
    queryKey: ['destinations', 'names'],
    enabled: mayRead,
    staleTime: LIVE_MS.slow,
    queryFn: ({ signal }) =>
      answer(api.GET('/v1/destinations', { params: { query: { limit: DESTINATIONS_MAX } }, signal })),
  });
  const destinations = data?.items ?? [];
  return {
    destinations,
    nameOf: (id) => destinations.find((destination) => destination.id === id)?.displayName ?? id,
    mayRead,
  };
}
