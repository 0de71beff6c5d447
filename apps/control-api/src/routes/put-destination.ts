import { type DestinationReplacement, ProblemError, putDestination } from '@tocsin/contract';
import { defineRoute, type Principal } from '@tocsin/http';
import { recordChange, type Tables } from '@tocsin/store';
import { sql, type Transaction } from 'kysely';
import { describeDestination, describeUpdate } from '../audit-detail.ts';
import { etagOf } from '../destination-presenter.ts';
import { type DestinationRow, toChangedColumns, toNewRow } from '../destination-row.ts';
import { refuseInvalidDestination } from '../destination-rules.ts';
import {
  changeDestinations,
  findDestination,
  insertDestination,
  readDestination,
  refuseTooMany,
  updateDestinationRow,
} from '../destination-store.ts';
import { refuseTakenName } from '../display-names.ts';
import { keepSecrets } from '../keep-secrets.ts';
import type { DestinationChangeDeps } from './create-destination.ts';

/** What one PUT does, inside its transaction. */
interface Put {
  transaction: Transaction<Tables>;
  id: string;
  body: DestinationReplacement;
  principal: Principal;
  revision: number;
}

/** Puts a destination under an id, whatever there is: nothing, another state of it, or one that was deleted. */
export function createPutDestination(deps: DestinationChangeDeps) {
  const { database, sealer, egressPolicy, presenter, notify } = deps;
  return defineRoute(putDestination, async (request) => {
    const { params, body, principal, preconditions, setEtag, setCreated } = request;
    const { id } = params;
    refuseOtherId(id, body.id);
    const { isNew, row, dropped } = await changeDestinations(database, async (transaction, revision) => {
      const found = await findDestination(transaction, id);
      const before = found?.deleted_at === null ? found : null;
      const kept = keepSecrets(before, body, sealer);
      refuseInvalidDestination(kept.patch, egressPolicy, kept.errors);
      preconditions.check(before === null ? null : etagOf(before));
      const put = { transaction, id, body: { ...body, ...kept.patch }, principal, revision };
      if (before !== null) await replace(put, before, kept);
      else if (found !== undefined) await revive(put, kept);
      else await create(put, kept);
      return { isNew: before === null, row: await readDestination(transaction, id), dropped: kept.dropped };
    });
    notify();
    setEtag(etagOf(row));
    if (!isNew) return presenter.presentChange(row, principal, dropped);
    setCreated();
    // A new one holds only what the caller gave.
    return presenter.present(row, principal);
  });

  type Kept = ReturnType<typeof keepSecrets<DestinationReplacement>>;

  async function replace(
    { transaction, id, body, principal, revision }: Put,
    before: DestinationRow,
    { patch, urlParts, dropped }: Kept,
  ): Promise<void> {
    // Retry settings too are replaced as a whole.
    const columns = toChangedColumns({ id, retry: {} }, patch, sealer);
    const after = await updateDestinationRow(transaction, id, { ...columns, revision });
    await recordChange(transaction, {
      actor: principal,
      action: 'destination.replaced',
      subject: `destination/${id}`,
      detail: describeUpdate(before, after, { given: Object.keys(body), urlParts, dropped }),
    });
  }

  /** Starts anew with the given settings: of the old one, only id and history remain. */
  async function revive({ transaction, id, principal, revision }: Put, { patch }: Kept): Promise<void> {
    await refuseTooMany(transaction);
    await refuseTakenName(transaction, { id, name: patch.displayName });
    const row = await transaction
      .updateTable('destinations')
      .set({
        ...toChangedColumns({ id, retry: {} }, patch, sealer),
        revision,
        deleted_at: null,
        revived_at: sql<Date>`now()`,
        created_at: sql<Date>`now()`,
        updated_at: sql<Date>`now()`,
      })
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirstOrThrow();
    await recordChange(transaction, {
      actor: principal,
      action: 'destination.revived',
      subject: `destination/${id}`,
      detail: describeDestination(row),
    });
  }

  async function create({ transaction, id, principal, revision }: Put, { patch }: Kept): Promise<void> {
    const { headers = [], signingSecret = null } = patch;
    const values = toNewRow(id, { ...patch, headers, signingSecret }, sealer);
    const row = await insertDestination(transaction, { ...values, revision });
    await recordChange(transaction, {
      actor: principal,
      action: 'destination.created',
      subject: `destination/${id}`,
      detail: describeDestination(row),
    });
  }
}

function refuseOtherId(id: string, given: string | undefined): void {
  if (given === undefined || given === id) return;
  throw new ProblemError('invalid_request', {
    detail: 'The body is invalid.',
    errors: [{ path: 'id', message: 'must be the id in the path, or be left out' }],
  });
}
