import { ApiError, type Client } from '@tocsin/client';
import {
  type DestinationView,
  getDestination,
  type HealthState,
  listDestinations,
  uuidSchema,
} from '@tocsin/contract';
import { UsageError } from '../usage-error.ts';
import { type CursorPage, fetchPages } from './pages.ts';

/** What the API allows in one page of destinations. */
const PAGE_MAX = 1_000;

/** Every destination that the filters leave, page by page, by display name. */
export function destinationPages(
  client: Client,
  filters: { q?: string; health?: HealthState[] } = {},
): AsyncGenerator<CursorPage<DestinationView>> {
  return fetchPages((query) => client.call(listDestinations, { query: { ...query, ...filters } }), {
    limit: Number.POSITIVE_INFINITY,
    pageMax: PAGE_MAX,
  });
}

/**
 * Finds a destination by its id or its exact display name.
 *
 * @throws UsageError where no destination has that name; ApiError where none has that id
 */
export async function findDestinationByIdOrName(client: Client, idOrName: string): Promise<DestinationView> {
  if (uuidSchema.safeParse(idOrName).success) {
    return client.call(getDestination, { params: { id: idOrName } });
  }
  for await (const page of destinationPages(client)) {
    const found = page.items.find((destination) => destination.displayName === idOrName);
    if (found !== undefined) return found;
  }
  throw new UsageError(`No destination has the display name or id "${idOrName}".`);
}

/** The id that an id or a display name stands for; an id is taken as it is. */
export async function destinationIdOf(client: Client, idOrName: string): Promise<string> {
  return uuidSchema.safeParse(idOrName).success
    ? idOrName
    : (await findDestinationByIdOrName(client, idOrName)).id;
}

/** Whether a destination is paused; false where the server does not say it, such as to a key that may not read it. */
export async function isPaused(client: Client, id: string): Promise<boolean> {
  try {
    return (await client.call(getDestination, { params: { id } })).paused;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return false;
  }
}

/** Names by id, to print; empty where the key may not read destinations. */
export async function destinationNames(client: Client): Promise<ReadonlyMap<string, string>> {
  const names = new Map<string, string>();
  try {
    for await (const page of destinationPages(client)) {
      for (const { id, displayName } of page.items) names.set(id, displayName);
    }
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 403) throw error;
  }
  return names;
}
