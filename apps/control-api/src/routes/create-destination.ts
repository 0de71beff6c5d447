import { createDestination } from '@tocsin/contract';
import type { EgressPolicy } from '@tocsin/egress';
import { defineRoute } from '@tocsin/http';
import type { Sealer } from '@tocsin/secrets';
import { type Database, recordChange } from '@tocsin/store';
import { v7 as uuidv7 } from 'uuid';
import { describeDestination } from '../audit-detail.ts';
import { type DestinationPresenter, etagOf } from '../destination-presenter.ts';
import { toNewRow } from '../destination-row.ts';
import { refuseInvalidDestination } from '../destination-rules.ts';
import { changeDestinations, insertDestination, readDestination } from '../destination-store.ts';

/** What the routes that change destinations work with. */
export interface DestinationChangeDeps {
  database: Database;
  sealer: Sealer;
  egressPolicy: EgressPolicy;
  presenter: DestinationPresenter;
  notify: () => void;
}

export function createCreateDestination(deps: DestinationChangeDeps) {
  const { database, sealer, egressPolicy, presenter, notify } = deps;
  return defineRoute(createDestination, async ({ body, principal, setEtag }) => {
    refuseInvalidDestination(body, egressPolicy);
    const id = body.id ?? uuidv7();
    const values = toNewRow(id, body, sealer);
    const row = await changeDestinations(database, async (transaction, revision) => {
      const stored = await insertDestination(transaction, { ...values, revision });
      await recordChange(transaction, {
        actor: principal,
        action: 'destination.created',
        subject: `destination/${id}`,
        detail: describeDestination(stored),
      });
      return readDestination(transaction, id);
    });
    notify();
    setEtag(etagOf(row));
    return presenter.present(row, principal);
  });
}
