import { type BulkResend, type BulkResendProgress, SEVERITIES, type Severity } from '@tocsin/contract';
import type { Database, ResendsTable } from '@tocsin/store';
import type { Selectable } from 'kysely';

const LISTED_MAX = 50;

export interface ResendsReader {
  /** The latest, newest first. */
  list(): Promise<BulkResend[]>;
  /** @returns null where there is no such bulk resend. */
  find(id: string): Promise<BulkResendProgress | null>;
}

/** Reads bulk resends and how far they are. */
export function createResendsReader(database: Database): ResendsReader {
  const { db } = database;
  const select = () => db.selectFrom('resends').selectAll();
  return {
    list: async () =>
      (await select().orderBy('created_at', 'desc').orderBy('id', 'desc').limit(LISTED_MAX).execute()).map(
        toView,
      ),
    find: async (id) => {
      const row = await select().where('id', '=', id).executeTakeFirst();
      return row === undefined ? null : { ...toView(row), outcome: await countOutcome(database, id) };
    },
  };
}

/**
 * What became of the rounds that it began. A delivery that was sent again since has ended that round: whether by success,
 * its attempts say. One that is no longer kept counts as failed.
 */
async function countOutcome({ pool }: Database, id: string): Promise<BulkResendProgress['outcome']> {
  const { rows } = await pool.query<{ queued: number; succeeded: number; open: number }>(
    `SELECT count(*)::integer AS queued,
       count(*) FILTER (WHERE d.round = r.round AND d.status = 'succeeded' OR d.round > r.round AND EXISTS (
         SELECT FROM attempts a WHERE a.received_day = r.received_day AND a.delivery_id = r.delivery_id
           AND a.round = r.round AND a.error_code IS NULL))::integer AS succeeded,
       count(*) FILTER (WHERE d.round = r.round AND d.status IN ('pending', 'retrying'))::integer AS open
     FROM resend_rounds r LEFT JOIN deliveries d ON d.received_day = r.received_day AND d.id = r.delivery_id
     WHERE r.resend_id = $1`,
    [id],
  );
  const { queued, succeeded, open } = rows[0] ?? { queued: 0, succeeded: 0, open: 0 };
  return { queued, succeeded, open, failed: queued - succeeded - open };
}

function toView(row: Selectable<ResendsTable>): BulkResend {
  return {
    id: row.id,
    destinationId: row.destination_id,
    status: row.statuses,
    severities: row.severity_ranks?.map((rank) => SEVERITIES[rank] as Severity) ?? null,
    errorCodes: row.error_codes,
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
