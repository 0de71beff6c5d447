import { MISSING, ProblemError } from '@tocsin/contract';
import {
  type Actor,
  actorName,
  type Database,
  inTransaction,
  type Microseconds,
  microsecondsOf,
  recordChange,
  timeOfMicroseconds,
} from '@tocsin/store';
import { v7 as uuidv7 } from 'uuid';
import { type CountedMatches, countMatches, type DeliveryFilter } from '../delivery/match-deliveries.ts';
import type { CountedMissing, MissingAlerts } from './missing-alerts.ts';

/** Of one key: under way at once, and started within a minute. Each is kept, and has an entry in the audit log. */
const RUNNING_MAX = 100;
const STARTED_MAX = 120;
/** How many request ids one bulk resend may answer. */
const ALSO_REQUESTED_MAX = 100;

/**
 * Where jobs are stored, and where deliveries are counted: a count reads much, and must not hold up what is written.
 */
export interface BulkResendRequestDeps {
  database: Database;
  reads: Database;
  missing: Pick<MissingAlerts, 'count'>;
}

/** Which deliveries a caller wants to resend. */
export interface BulkResendRequest extends Omit<DeliveryFilter, 'since' | 'until' | 'requestedAt'> {
  /** ISO 8601, as the caller wrote it. */
  since: string;
  until: string;
  /** Chosen by the caller, or null. */
  id: string | null;
  actor: Actor;
}

export interface RequestedBulkResend extends CountedMatches {
  id: string;
  /** False where an earlier job already does what was requested. */
  isNew: boolean;
}

/**
 * Counts what would be sent again.
 *
 * @throws ProblemError `destination_unavailable`
 */
export async function countForBulkResend(
  deps: Pick<BulkResendRequestDeps, 'reads' | 'missing'>,
  ask: BulkResendRequest,
): Promise<CountedMatches | CountedMissing> {
  await refuseUnavailable(deps.reads, ask.destinationId);
  return countBy(deps, { ...ask, ...(await readTimes(deps.reads, ask)) });
}

function countBy(
  { reads, missing }: Pick<BulkResendRequestDeps, 'reads' | 'missing'>,
  filter: DeliveryFilter,
): Promise<CountedMatches | CountedMissing> {
  const { destinationId, statuses } = filter;
  if (destinationId === null || !statuses.includes(MISSING)) return countMatches(reads, filter);
  return missing.count({ ...filter, destinationId });
}

/**
 * Stores a job that sends deliveries again, unless there is one that does: with the id that the caller chose, or of the
 * same filter and still running.
 *
 * @throws ProblemError `id_taken` where the id belongs to another request, `destination_unavailable`, `rate_limited`
 */
export async function requestBulkResend(
  { database, ...counting }: BulkResendRequestDeps,
  ask: BulkResendRequest,
): Promise<RequestedBulkResend> {
  for (;;) {
    // The time is read before earlier bulk resends are looked for, so that a delivery that one of them resends unseen
    // ends after it.
    const filter = { ...ask, ...(await readTimes(database, ask)) };
    const known = await findEarlier(database, ask);
    if (known !== null) return { ...known, isNew: false };
    await refuseUnavailable(database, ask.destinationId);
    await refuseTooMany(database, ask.actor);
    const { matched, atLeast } = await countBy(counting, filter);
    const counted = { matched, atLeast };
    const id = await insertJob(database, ask, { ...counted, requestedAt: filter.requestedAt });
    if (id !== null) return { id, ...counted, isNew: true };
    // Another request with the same id or filter was faster: its bulk resend is found now, or has ended already.
  }
}

type Times = Pick<DeliveryFilter, 'since' | 'until' | 'requestedAt'>;

/** The requested times, and the database's clock. */
async function readTimes({ pool }: Database, { since, until }: BulkResendRequest): Promise<Times> {
  const { rows } = await pool.query<Times>(
    `SELECT ${microsecondsOf('clock_timestamp()')} AS "requestedAt", ${microsecondsOf('$1::timestamptz')} AS since,
       ${microsecondsOf('$2::timestamptz')} AS until`,
    [since, until],
  );
  return rows[0] as Times;
}

const SAME = `destination_id IS NOT DISTINCT FROM $2::uuid AND statuses = $3::text[]
  AND since = $4::timestamptz AND until = $5::timestamptz
  AND severity_ranks IS NOT DISTINCT FROM $6::integer[] AND error_codes IS NOT DISTINCT FROM $7::text[]`;

interface EarlierJob extends CountedMatches {
  id: string;
  isSame: boolean;
  isMeant: boolean;
}

async function findEarlier(
  { pool }: Database,
  { id, destinationId, statuses, since, until, severityRanks, errorCodes }: BulkResendRequest,
): Promise<({ id: string } & CountedMatches) | null> {
  const { rows } = await pool.query<EarlierJob>(
    `SELECT id, matched, matched_at_least AS "atLeast", ${SAME} AS "isSame", coalesce(id = $1 OR $1 = ANY(also_requested_as), false) AS "isMeant"
     FROM resends WHERE id = $1::uuid OR $1 = ANY(also_requested_as) OR (state = 'running' AND ${SAME})
     ORDER BY "isMeant" DESC LIMIT 1`,
    [id, destinationId, statuses, since, until, severityRanks, errorCodes],
  );
  const [found] = rows;
  if (found === undefined) return null;
  if (!found.isSame) {
    throw new ProblemError('id_taken', { detail: 'Another bulk resend, with another filter, has this id.' });
  }
  if (id !== null && !found.isMeant) {
    // A repeated request with this id must still be answered with this bulk resend once it has ended.
    const { rowCount } = await pool.query(
      `UPDATE resends SET also_requested_as = also_requested_as || $2::uuid
       WHERE id = $1 AND cardinality(also_requested_as) < ${ALSO_REQUESTED_MAX}`,
      [found.id, id],
    );
    if (rowCount === 0)
      throw tooMany('This bulk resend was requested with too many ids. Request it without one.');
  }
  return { id: found.id, matched: found.matched, atLeast: found.atLeast };
}

function tooMany(detail: string): ProblemError {
  return new ProblemError('rate_limited', { detail, retryAfterSeconds: 60 });
}

async function refuseTooMany({ pool }: Database, actor: Actor): Promise<void> {
  const { rows } = await pool.query<{ running: number; started: number }>(
    `SELECT count(*) FILTER (WHERE state = 'running')::integer AS running,
       count(*) FILTER (WHERE created_at > now() - interval '1 minute')::integer AS started
     FROM resends WHERE created_by = $1 AND (state = 'running' OR created_at > now() - interval '1 minute')`,
    [actorName(actor)],
  );
  const { running, started } = rows[0] ?? { running: 0, started: 0 };
  if (running >= RUNNING_MAX)
    throw tooMany(`The key has ${running} bulk resends under way. Wait for some of them.`);
  if (started >= STARTED_MAX) throw tooMany(`The key started ${started} bulk resends within a minute.`);
}

async function refuseUnavailable({ pool }: Database, destinationId: string | null): Promise<void> {
  if (destinationId === null) return;
  const { rows } = await pool.query<{ name: string; enabled: boolean }>(
    'SELECT display_name AS name, enabled FROM destinations WHERE id = $1 AND deleted_at IS NULL',
    [destinationId],
  );
  const [found] = rows;
  if (found?.enabled === true) return;
  const state = found === undefined ? 'deleted or unknown' : 'disabled';
  throw new ProblemError('destination_unavailable', {
    detail: `The destination ${found?.name ?? destinationId} is ${state}. Nothing was sent.`,
  });
}

/** @returns the job's id; null where there is one with the id, or a running one with the filter */
async function insertJob(
  database: Database,
  ask: BulkResendRequest,
  { matched, atLeast, requestedAt }: CountedMatches & { requestedAt: Microseconds },
): Promise<string | null> {
  const { id = null, actor, destinationId, statuses, since, until, severityRanks, errorCodes } = ask;
  return inTransaction(database, async (client) => {
    const { rows } = await client.query<{ id: string }>(
      `INSERT INTO resends (id, destination_id, statuses, since, until, matched, created_by, created_at,
         severity_ranks, error_codes, matched_at_least)
       VALUES ($1, $2, $3, $4, $5, $6, $7, ${timeOfMicroseconds('$8')}, $9, $10, $11)
       ON CONFLICT DO NOTHING
       RETURNING id`,
      [
        id ?? uuidv7(),
        destinationId,
        statuses,
        since,
        until,
        matched,
        actorName(actor),
        requestedAt,
        severityRanks,
        errorCodes,
        atLeast,
      ],
    );
    const [job] = rows;
    if (job === undefined) return null;
    const detail = {
      destinationId,
      statuses,
      severityRanks,
      errorCodes,
      since,
      until,
      matched,
      ...(atLeast && { atLeast }),
    };
    await recordChange(client, { actor, action: 'resend.started', subject: `resend/${job.id}`, detail });
    return job.id;
  });
}
