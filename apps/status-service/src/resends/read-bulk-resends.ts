import { type BulkResend, type BulkResendProgress, SEVERITIES, type Severity } from '@tocsin/contract';
import type { Database, ResendsTable } from '@tocsin/store';
import { type Selectable, sql } from 'kysely';
import type { CountedMatches } from '../delivery/match-deliveries.ts';

const LISTED_MAX = 50;

type Row = Selectable<ResendsTable> & { destination_name: string | null };

export interface ResendsReader {
  /** The latest, newest first. */
  list(): Promise<BulkResend[]>;
  /** @returns null where there is no such bulk resend. */
  find(id: string): Promise<BulkResendProgress | null>;
}

/** Reads bulk resends and how far they are. */
export function createResendsReader({ db }: Pick<Database, 'db'>): ResendsReader {
  return {
    list: async () => {
      const latest = db
        .selectFrom('resends')
        // Those that were deleted are still there.
        .leftJoin('destinations', 'destinations.id', 'resends.destination_id')
        .selectAll('resends')
        .select('destinations.display_name as destination_name')
        .orderBy('resends.created_at', 'desc')
        .orderBy('resends.id', 'desc');
      return (await latest.limit(LISTED_MAX).execute()).map(toView);
    },
    find: async (id) => {
      const { rows } = await sql<Row & { succeeded: number; failed: number }>`
        SELECT r.*, t.display_name AS destination_name, o.succeeded, o.failed
        FROM resends r LEFT JOIN destinations t ON t.id = r.destination_id CROSS JOIN LATERAL (
          SELECT coalesce(sum(succeeded), 0)::integer AS succeeded, coalesce(sum(failed), 0)::integer AS failed
          FROM resend_outcomes WHERE resend_id = r.id
        ) AS o WHERE r.id = ${id}`.execute(db);
      const [row] = rows;
      if (row === undefined) return null;
      // The results of the rounds that it began, as the commits counted them, even if a delivery was resent since.
      const { resent: queued, succeeded, failed } = row;
      return { ...toView(row), outcome: { queued, succeeded, open: queued - succeeded - failed, failed } };
    },
  };
}

function toView(row: Row): BulkResend {
  return {
    id: row.id,
    destinationId: row.destination_id,
    destinationName: row.destination_name,
    status: row.statuses,
    severities: row.severity_ranks?.map((rank) => SEVERITIES[rank] as Severity) ?? null,
    errorCodes: row.error_codes,
    since: row.since.toISOString(),
    until: row.until.toISOString(),
    state: row.state,
    ...countView({ matched: row.matched, atLeast: row.matched_at_least }),
    resent: row.resent,
    skipped: row.skipped,
    createdBy: row.created_by,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  };
}

/** How many match, and whether that is only a bound. */
export function countView<T extends CountedMatches>({ atLeast, ...counted }: T) {
  return { ...counted, ...(atLeast && { atLeast }) };
}
