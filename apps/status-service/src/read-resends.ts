import type { BulkResend } from '@tocsin/contract';
import type { Database, ResendsTable } from '@tocsin/store';
import type { Selectable } from 'kysely';

const LISTED_MAX = 50;

export interface ResendsReader {
  /** The latest, newest first. */
  list(): Promise<BulkResend[]>;
  /** @returns null where there is no such bulk resend. */
  find(id: string): Promise<BulkResend | null>;
}

/** Reads bulk resends and how far they are. */
export function createResendsReader({ db }: Database): ResendsReader {
  const select = () => db.selectFrom('resends').selectAll();
  return {
    list: async () =>
      (await select().orderBy('created_at', 'desc').orderBy('id', 'desc').limit(LISTED_MAX).execute()).map(
        toView,
      ),
    find: async (id) => {
      const row = await select().where('id', '=', id).executeTakeFirst();
      return row === undefined ? null : toView(row);
    },
  };
}

function toView(row: Selectable<ResendsTable>): BulkResend {
  return {
    id: row.id,
    destinationId: row.destination_id,
    status: row.statuses,
    since: row.since.toISOString(),
    until: row.until.toISOString(),
    state: row.state,
    matched: row.matched,
    resent: row.resent,
    skipped: row.skipped,
    createdBy: row.created_by,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  };
}
