import { getDestination, listDestinations } from '@tocsin/contract';
import { defineRoute } from '@tocsin/http';
import type { Database } from '@tocsin/store';
import { type DestinationPresenter, etagOf } from '../destination-presenter.ts';
import { readDestination } from '../destination-store.ts';
import { listDestinationPage } from '../list-destination-page.ts';

export function createGetDestination(deps: { reads: Database; presenter: DestinationPresenter }) {
  const { reads, presenter } = deps;
  return defineRoute(getDestination, async ({ params, principal, setEtag }) => {
    const row = await readDestination(reads.db, params.id);
    setEtag(etagOf(row));
    return presenter.present(row, principal);
  });
}

export function createListDestinations(deps: { reads: Database; presenter: DestinationPresenter }) {
  const { reads, presenter } = deps;
  return defineRoute(listDestinations, ({ query, principal }) =>
    listDestinationPage(reads, query, (row) => presenter.present(row, principal)),
  );
}
