import { listDestinations, type RetryPolicy } from '@tocsin/contract';
import { defineRoute } from '@tocsin/runtime';
import type { Database } from '@tocsin/store';
import { listDestinationPage } from '../destination-store.ts';

export function createListDestinations(deps: { database: Database; retryDefaults: RetryPolicy }) {
  return defineRoute(listDestinations, ({ query }) =>
    listDestinationPage(deps.database, query, deps.retryDefaults),
  );
}
