import { listDestinations } from '@tocsin/contract';
import { defineRoute } from '@tocsin/runtime';
import type { Database } from '@tocsin/store';
import { listDestinationPage } from '../destination-store.ts';
import type { DestinationPresenter } from '../destination-view.ts';

export function createListDestinations(deps: { database: Database; presenter: DestinationPresenter }) {
  const { database, presenter } = deps;
  return defineRoute(listDestinations, ({ query, principal }) =>
    listDestinationPage(database, query, (row) => presenter.present(row, principal)),
  );
}
