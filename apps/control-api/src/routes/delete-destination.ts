import { deleteDestination } from '@tocsin/contract';
import { defineRoute } from '@tocsin/runtime';
import { type Database, recordChange } from '@tocsin/store';
import { sql } from 'kysely';
import { changeDestinations, updateDestinationRow } from '../destination-store.ts';

/** What a deleted destination no longer needs. Its row stays, so that history has its name and its id is not used again. */
const WITHOUT_SECRETS = {
  headers: '[]',
  signing_secret: null,
  previous_signing_secrets: '[]',
};

export function createDeleteDestination(deps: { database: Database; notify: () => void }) {
  const { database, notify } = deps;
  return defineRoute(deleteDestination, async ({ params, principal }) => {
    await changeDestinations(database, async (transaction) => {
      const row = await updateDestinationRow(transaction, params.id, {
        ...WITHOUT_SECRETS,
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
