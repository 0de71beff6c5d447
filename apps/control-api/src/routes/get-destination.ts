import { getDestination, type RetryPolicy } from '@tocsin/contract';
import { defineRoute } from '@tocsin/runtime';
import type { Database } from '@tocsin/store';
import { readDestination } from '../destination-store.ts';
import { toDestinationView } from '../destination-view.ts';

export function createGetDestination(deps: { database: Database; retryDefaults: RetryPolicy }) {
  return defineRoute(getDestination, async ({ params }) =>
    toDestinationView(await readDestination(deps.database.db, params.id), deps.retryDefaults),
  );
}
