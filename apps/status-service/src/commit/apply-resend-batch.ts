import { MISSING } from '@tocsin/contract';
import { type Microseconds, microsecondsOf, type Transaction } from '@tocsin/store';
import {
  type DeliveryFilter,
  type DeliveryPlace,
  nextMatches,
  readMatches,
} from '../delivery/match-deliveries.ts';
import { isAvailable } from '../delivery/slots.ts';
import { moveResendOn, type ResendAfterBatch, recordRounds } from './bulk-resend-progress.ts';
import type { Work } from './ledger.ts';

/** A bulk resend after a batch, with what this one did. */
export interface ResentBatch extends ResendAfterBatch {
  /** How many rounds began. */
  began: number;
}

interface Job {
  id: string;
  filter: DeliveryFilter;
  cursor: DeliveryPlace;
}

/**
 * Runs one batch of the bulk resend that has waited longest: its next deliveries begin new rounds, and its cursor
 * moves past them. If the process ends before the commit, nothing was done.
 *
 * @param size deliveries in the batch at most
 * @returns null where none is running, or others work on each
 */
export async function applyResendBatch(
  { client, open }: Work,
  { size }: { size: number },
): Promise<ResentBatch | null> {
  const job = await lockJob(client);
  if (job === null) return null;
  const { matches, next } = await nextMatches(client, job.filter, job.cursor, size);
  const ledger = await open(matches.map((match) => match.destinationId));
  const rows = await readMatches(client, job.filter, matches);
  const started = rows
    .filter((row) => isAvailable(ledger.destinationOf(row)))
    .map((row) => ledger.beginRound(row));
  await recordRounds(client, job.id, started);
  const after = await moveResendOn(client, job.id, {
    cursor: next ?? matches.at(-1) ?? job.cursor,
    resent: started.length,
    skipped: matches.length - started.length,
    isLast: next === null,
  });
  return { ...after, began: started.length };
}

/**
 * The running bulk resend whose last batch is longest ago, except those that another process has locked, and those of
 * missing deliveries, which have a loop of their own.
 */
async function lockJob(client: Transaction): Promise<Job | null> {
  const { rows } = await client.query<
    { id: string } & DeliveryFilter & { cursorAt: Microseconds; cursorId: string }
  >(
    `SELECT id, destination_id AS "destinationId", statuses, severity_ranks AS "severityRanks",
       error_codes AS "errorCodes", ${microsecondsOf('since')} AS since, ${microsecondsOf('until')} AS until,
       ${microsecondsOf('created_at')} AS "requestedAt",
       ${microsecondsOf('coalesce(cursor_at, since)')} AS "cursorAt", cursor_id AS "cursorId"
     FROM resends WHERE state = 'running' AND statuses <> '{${MISSING}}'
     ORDER BY resends.updated_at, id LIMIT 1 FOR UPDATE SKIP LOCKED`,
  );
  const [row] = rows;
  if (row === undefined) return null;
  const { id, cursorAt, cursorId, ...filter } = row;
  return { id, filter, cursor: { at: cursorAt, id: cursorId } };
}
