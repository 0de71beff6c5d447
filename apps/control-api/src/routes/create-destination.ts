import { createDestination, type RetryPolicy } from '@tocsin/contract';
import type { EgressPolicy } from '@tocsin/egress';
import { defineRoute } from '@tocsin/runtime';
import type { Sealer } from '@tocsin/secrets';
import { type Database, recordChange } from '@tocsin/store';
import { v7 as uuidv7 } from 'uuid';
import { describeDestination } from '../audit-detail.ts';
import { toNewRow } from '../destination-row.ts';
import { refuseInvalidDestination } from '../destination-rules.ts';
import { changeDestinations, insertDestination, readDestination } from '../destination-store.ts';
import { toDestinationView } from '../destination-view.ts';

export interface CreateDestinationDeps {
  database: Database;
  sealer: Sealer;
  egressPolicy: EgressPolicy;
  retryDefaults: RetryPolicy;
  notify: () => void;
}

export function createCreateDestination(deps: CreateDestinationDeps) {
  const { database, sealer, egressPolicy, retryDefaults, notify } = deps;
  return defineRoute(createDestination, async ({ body, principal }) => {
    refuseInvalidDestination(body, egressPolicy);
    const id = body.id?.toLowerCase() ?? uuidv7();
    const row = toNewRow(id, body, sealer);
    const view = await changeDestinations(database, async (transaction) => {
      const stored = await insertDestination(transaction, row);
      await recordChange(transaction, {
        actor: principal,
        action: 'destination.created',
        subject: `destination/${id}`,
        detail: describeDestination(stored),
      });
      return toDestinationView(await readDestination(transaction, id), retryDefaults);
    });
    notify();
    return view;
  });
}
