import { useQuery } from '@tanstack/react-query';
import { useSession } from '../../session/session.tsx';
import { useApi } from '../api-context.tsx';
import { type Api, type Schemas, unwrap } from '../client.ts';
import { POLL_MS } from './polling.ts';

type Destination = Schemas['Destination'];

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
 * Every destination by name, to choose from or to name one by its id. There may be 10,000: ask only where it is needed.
 *
 * @param isNeeded nothing is asked for before; nor ever, where the key may not read destinations
 */
export function useDestinations(isNeeded: boolean) {
  const api = useApi();
  const { may } = useSession();
  return useQuery({
    queryKey: ['destinations', 'all'],
    enabled: isNeeded && may('destinations:read'),
    staleTime: POLL_MS.slow,
    queryFn: ({ signal }) => readAll(api, signal),
  });
}
