import { type RetryPolicy, updateDestination } from '@tocsin/contract';
import type { EgressPolicy } from '@tocsin/egress';
import { defineRoute } from '@tocsin/runtime';
import type { Sealer } from '@tocsin/secrets';
import { type Database, recordChange } from '@tocsin/store';
import { describeUpdate } from '../audit-detail.ts';
import { toChangedColumns } from '../destination-row.ts';
import { refuseInvalidDestination } from '../destination-rules.ts';
import { changeDestinations, readDestination, updateDestinationRow } from '../destination-store.ts';
import { toDestinationView } from '../destination-view.ts';
import { keepSecrets } from '../keep-secrets.ts';

export interface UpdateDestinationDeps {
  database: Database;
  sealer: Sealer;
  egressPolicy: EgressPolicy;
  retryDefaults: RetryPolicy;
  notify: () => void;
}

export function createUpdateDestination(deps: UpdateDestinationDeps) {
  const { database, sealer, egressPolicy, retryDefaults, notify } = deps;
  return defineRoute(updateDestination, async ({ params, body, principal }) => {
    const given = Object.keys(body);
    if (given.length === 0)
      return toDestinationView(await readDestination(database.db, params.id), retryDefaults);

    const view = await changeDestinations(database, async (transaction) => {
      const before = await readDestination(transaction, params.id);
      const { patch, errors } = keepSecrets(before, body, sealer);
      refuseInvalidDestination(patch, egressPolicy, errors);
      const columns = toChangedColumns(before, patch, sealer);
      const after = await updateDestinationRow(transaction, before.id, columns);
      await recordChange(transaction, {
        actor: principal,
        action: 'destination.updated',
        subject: `destination/${before.id}`,
        detail: describeUpdate(before, after, given),
      });
      return toDestinationView(await readDestination(transaction, before.id), retryDefaults);
    });
    notify();
    return view;
  });
}
