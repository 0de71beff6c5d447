import type { RetryPolicy } from '@tocsin/contract';
import type { ReleasedDelivery } from '@tocsin/status-gateway';
import { type Microseconds, microsecondsOf, type Transaction, timeOfMicroseconds } from '@tocsin/store';
import type { DeliveryRow } from './delivery-row.ts';
import { type LockedDestination, lockDestinations } from './health.ts';
import { type DeliveryFilter, type DeliveryPlace, nextMatches, readMatches } from './match-deliveries.ts';
import { createRounds, isAvailable } from './start-round.ts';

export interface ResendBatchOptions {
  defaults: RetryPolicy;
  shards: number;
  /** Deliveries in one transaction. */
  batchSize: number;
}

export interface ResendBatch {
  /** The job that the batch was of, as the batch leaves it. */
  job: { id: string; state: 'running' | 'done'; matched: number; resent: number; skipped: number };
  /** The jobs to add to the queues once the transaction is committed. */
  released: ReleasedDelivery[];
}

interface Job {
  id: string;
  filter: DeliveryFilter;
  cursor: DeliveryPlace;
}

/**
 * Works off one batch of the bulk resend that has waited longest: its next deliveries begin new rounds, and its cursor
 * moves past them, all in the caller's transaction. What happens to the process before the commit, nothing was done;
 * after it, the leases of the released jobs see to it that they are added.
 *
 * @param hasRoom whether the queues may be given more; else the feeder queues it later
 * @returns null where no job is running that nobody else works on
 */
export async function resendBatch(
  client: Transaction,
  options: ResendBatchOptions,
  hasRoom: boolean,
): Promise<ResendBatch | null> {
  const job = await lockJob(client);
  if (job === null) return null;
  const { matches, next } = await nextMatches(client, job.filter, job.cursor, options.batchSize);
  const destinations = await lockDestinations(
    client,
    matches.map((match) => match.destinationId),
    options.defaults,
  );
  const isReachable = (row: DeliveryRow) =>
    isAvailable(destinations.get(row.destinationId) as LockedDestination);
  const rounds = createRounds(destinations, { shards: options.shards, hasRoom });
  for (const row of await readMatches(client, job.filter, matches)) if (isReachable(row)) rounds.again(row);
  await rounds.store(client);
  await recordRounds(client, job.id, rounds.started);
  const progress = {
    cursor: next ?? matches.at(-1) ?? job.cursor,
    resent: rounds.started.length,
    skipped: matches.length - rounds.started.length,
    isLast: next === null,
  };
  return { job: await moveOn(client, job.id, progress), released: rounds.released() };
}

/** The running job whose last batch is longest ago; others are left to who works on them. */
async function lockJob(client: Transaction): Promise<Job | null> {
  const { rows } = await client.query<
    { id: string } & DeliveryFilter & { cursorAt: Microseconds; cursorId: string }
  >(
    `SELECT id, destination_id AS "destinationId", statuses, severity_ranks AS "severityRanks",
       error_codes AS "errorCodes", ${microsecondsOf('since')} AS since, ${microsecondsOf('until')} AS until,
       ${microsecondsOf('created_at')} AS "askedAt",
       ${microsecondsOf('coalesce(cursor_at, since)')} AS "cursorAt", cursor_id AS "cursorId"
     FROM resends WHERE state = 'running' ORDER BY resends.updated_at, id LIMIT 1 FOR UPDATE SKIP LOCKED`,
  );
  const [row] = rows;
  if (row === undefined) return null;
  const { id, cursorAt, cursorId, ...filter } = row;
  return { id, filter, cursor: { at: cursorAt, id: cursorId } };
}

/** Which rounds it began, to count what becomes of them. */
async function recordRounds(client: Transaction, id: string, started: readonly DeliveryRow[]): Promise<void> {
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
): Promise<ResendBatch['job']> {
  const { cursor, resent, skipped, isLast } = progress;
  // What no longer matched when its turn came was not in any page: at the end, it is what is missing. Where more matched
  // than was counted, as many as it came to is what is known by now.
  const { rows } = await client.query<ResendBatch['job']>(
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
  return rows[0] as ResendBatch['job'];
}
