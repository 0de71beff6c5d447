import { deleteDestination } from '@tocsin/contract';
import { defineRoute } from '@tocsin/http';
import { type Database, recordChange } from '@tocsin/store';
import { sql } from 'kysely';
import { etagOf } from '../destination-presenter.ts';
import { changeDestinations, readDestination, updateDestinationRow } from '../destination-store.ts';

/** What a deleted destination no longer needs: secrets, and what may be large. Its row stays, so that history has its name. */
const EMPTIED = {
  log_types: [],
  sealed_url: null,
  headers: '[]',
  signing_secret: null,
  previous_signing_secrets: '[]',
};

export function createDeleteDestination(deps: { database: Database; notify: () => void }) {
  const { database, notify } = deps;
  return defineRoute(deleteDestination, async ({ params, principal, preconditions }) => {
    await changeDestinations(database, async (transaction, revision) => {
      const row = await readDestination(transaction, params.id);
      preconditions.check(etagOf(row));
      await updateDestinationRow(transaction, row.id, {
        ...EMPTIED,
        revision,
        deleted_at: sql<Date>`now()`,
      });
      await recordChange(transaction, {
        actor: principal,
        action: 'destination.deleted',
        subject: `destination/${row.id}`,
        detail: { displayName: row.display_name },
      });
    });
    notify();
    return undefined;
  });
}
