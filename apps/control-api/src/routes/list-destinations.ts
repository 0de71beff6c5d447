import { listDestinations } from '@tocsin/contract';
import { defineRoute } from '@tocsin/http';
import type { Database } from '@tocsin/store';
import type { DestinationPresenter } from '../destination-presenter.ts';
import { listDestinationPage } from '../list-destination-page.ts';

export function createListDestinations(deps: { reads: Database; presenter: DestinationPresenter }) {
  const { reads, presenter } = deps;
  return defineRoute(listDestinations, ({ query, principal }) =>
    listDestinationPage(reads, query, (row) => presenter.present(row, principal)),
  );
}
