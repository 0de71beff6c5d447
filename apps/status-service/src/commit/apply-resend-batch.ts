import { type Microseconds, microsecondsOf, type Transaction, timeOfMicroseconds } from '@tocsin/store';
import type { DeliveryRow } from '../delivery/delivery-row.ts';
import {
  type DeliveryFilter,
  type DeliveryPlace,
  nextMatches,
  readMatches,
} from '../delivery/match-deliveries.ts';
import { isAvailable } from '../delivery/slots.ts';
import type { Work } from './ledger.ts';

/** A bulk resend after a batch. */
export interface ResendAfterBatch {
  id: string;
  state: 'running' | 'done';
  matched: number;
  resent: number;
  skipped: number;
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
): Promise<ResendAfterBatch | null> {
  const job = await lockJob(client);
  if (job === null) return null;
  const { matches, next } = await nextMatches(client, job.filter, job.cursor, size);
  const ledger = await open(matches.map((match) => match.destinationId));
  const rows = await readMatches(client, job.filter, matches);
  const started = rows
    .filter((row) => isAvailable(ledger.destinationOf(row)))
    .map((row) => ledger.beginRound(row));
  await recordRounds(client, job.id, started);
  return moveOn(client, job.id, {
    cursor: next ?? matches.at(-1) ?? job.cursor,
    resent: started.length,
    skipped: matches.length - started.length,
    isLast: next === null,
  });
}

/** The running bulk resend whose last batch is longest ago, except those that another process has locked. */
async function lockJob(client: Transaction): Promise<Job | null> {
  const { rows } = await client.query<
    { id: string } & DeliveryFilter & { cursorAt: Microseconds; cursorId: string }
  >(
    `SELECT id, destination_id AS "destinationId", statuses, severity_ranks AS "severityRanks",
       error_codes AS "errorCodes", ${microsecondsOf('since')} AS since, ${microsecondsOf('until')} AS until,
       ${microsecondsOf('created_at')} AS "requestedAt",
       ${microsecondsOf('coalesce(cursor_at, since)')} AS "cursorAt", cursor_id AS "cursorId"
     FROM resends WHERE state = 'running' ORDER BY resends.updated_at, id LIMIT 1 FOR UPDATE SKIP LOCKED`,
  );
  const [row] = rows;
  if (row === undefined) return null;
  const { id, cursorAt, cursorId, ...filter } = row;
  return { id, filter, cursor: { at: cursorAt, id: cursorId } };
}

/** Records which rounds it began, to count their results. */
async function recordRounds(client: Transaction, id: string, started: DeliveryRow[]): Promise<void> {
  await client.query(
    `INSERT INTO resend_rounds (resend_id, received_day, delivery_id, round)
     SELECT $1, day, delivery, round FROM unnest($2::date[], $3::uuid[], $4::integer[]) AS r(day, delivery, round)`,
    [id, started.map(({ day }) => day), started.map((row) => row.id), started.map(({ round }) => round)],
  );
}

async function moveOn(
  client: Transaction,
  id: string,
  progress: { cursor: DeliveryPlace; resent: number; skipped: number; isLast: boolean },
): Promise<ResendAfterBatch> {
  const { cursor, resent, skipped, isLast } = progress;
  // A delivery that no longer matched at its turn was in no page: at the end, the missing ones count as skipped. Where
  // counting had stopped early, `matched` grows with the batches.
  const { rows } = await client.query<ResendAfterBatch>(
    `UPDATE resends SET
       resent = resent + $2,
       matched = CASE WHEN matched_at_least THEN greatest(matched, resent + $2 + skipped + $3) ELSE matched END,
       matched_at_least = matched_at_least AND NOT $4,
       skipped = CASE WHEN $4 THEN greatest(skipped + $3, matched - resent - $2) ELSE skipped + $3 END,
       state = CASE WHEN $4 THEN 'done' ELSE state END,
       cursor_at = ${timeOfMicroseconds('$5')}, cursor_id = $6, updated_at = now()
     WHERE id = $1
     RETURNING id, state, matched, resent, skipped`,
    [id, resent, skipped, isLast, cursor.at, cursor.id],
  );
  return rows[0] as ResendAfterBatch;
}
