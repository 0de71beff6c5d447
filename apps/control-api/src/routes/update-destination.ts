import { updateDestination } from '@tocsin/contract';
import { defineRoute } from '@tocsin/http';
import { recordChange } from '@tocsin/store';
import { describeUpdate } from '../audit-detail.ts';
import { etagOf } from '../destination-presenter.ts';
import { toChangedColumns } from '../destination-row.ts';
import { refuseInvalidDestination } from '../destination-rules.ts';
import { changeDestinations, readDestination, updateDestinationRow } from '../destination-store.ts';
import { keepSecrets } from '../keep-secrets.ts';
import type { DestinationChangeDeps } from './create-destination.ts';

export function createUpdateDestination(deps: DestinationChangeDeps) {
  const { database, sealer, egressPolicy, presenter, notify } = deps;
  return defineRoute(updateDestination, async ({ params, body, principal, preconditions, setEtag }) => {
    const given = Object.keys(body);
    if (given.length === 0) {
      const row = await readDestination(database.db, params.id);
      preconditions.check(etagOf(row));
      setEtag(etagOf(row));
      return presenter.presentChange(row, principal);
    }

    const { row, dropped } = await changeDestinations(database, async (transaction, revision) => {
      const before = await readDestination(transaction, params.id);
      const kept = keepSecrets(before, body, sealer);
      refuseInvalidDestination(kept.patch, egressPolicy, kept.errors);
      preconditions.check(etagOf(before));
      const columns = toChangedColumns(before, kept.patch, sealer);
      const after = await updateDestinationRow(transaction, before.id, { ...columns, revision });
      await recordChange(transaction, {
        actor: principal,
        action: 'destination.updated',
        subject: `destination/${before.id}`,
        detail: describeUpdate(before, after, { given, ...kept }),
      });
      return { row: await readDestination(transaction, before.id), dropped: kept.dropped };
    });
    notify();
    setEtag(etagOf(row));
    return presenter.presentChange(row, principal, dropped);
  });
}
