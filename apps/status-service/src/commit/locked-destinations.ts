import type { RetryPolicy } from '@tocsin/contract';
import type { Transaction } from '@tocsin/store';
import type { DestinationSlots, WaitingState } from '../delivery/slots.ts';

/** A destination's slots under lock, and what this transaction adds to its record. */
export interface LockedDestination extends DestinationSlots, WaitingState {
  id: string;
  displayName: string;
  policy: RetryPolicy;
  delta: HealthDelta;
  /** As it was locked, to tell whether there is anything to store. */
  stored: Pick<LockedRow, 'waiting' | 'queued' | 'delayed' | 'nextDueInMs'>;
}

interface HealthDelta {
  succeeded: number;
  failed: number;
  /** Failed attempts since the last success, within this transaction. */
  failuresInRow: number;
  hasSucceeded: boolean;
  lastErrorCode: string | null;
  lastErrorMessage: string | null;
}

interface LockedRow {
  id: string;
  displayName: string | null;
  enabled: boolean | null;
  paused: boolean | null;
  deleted: boolean;
  maxInFlight: number | null;
  retry: Partial<RetryPolicy> | null;
  waiting: number;
  queued: number;
  delayed: number;
  nextDueInMs: number | null;
}

/**
 * Locks the destinations' rows, always in the order of their ids, so that commits wait for one another and never
 * deadlock. A commit that changes a delivery's `queue_state` or `status` holds its destination's lock: that is what keeps
 * the counts exact.
 */
export async function lockDestinations(
  client: Transaction,
  destinationIds: Iterable<string>,
  defaults: RetryPolicy,
): Promise<Map<string, LockedDestination>> {
  const ids = [...new Set(destinationIds)].sort();
  if (ids.length === 0) return new Map();
  let rows = await lockRows(client, ids);
  if (rows.length < ids.length) {
    await client.query(
      'INSERT INTO destination_health (destination_id) SELECT unnest($1::uuid[]) ON CONFLICT DO NOTHING',
      [ids],
    );
    rows = await lockRows(client, ids);
  }
  return new Map(
    rows.map(({ retry, ...row }) => [
      row.id,
      {
        ...row,
        displayName: row.displayName ?? row.id,
        enabled: row.enabled ?? false,
        paused: row.paused ?? false,
        maxInFlight: row.maxInFlight ?? 1,
        policy: { ...defaults, ...retry },
        stored: row,
        delta: {
          succeeded: 0,
          failed: 0,
          failuresInRow: 0,
          hasSucceeded: false,
          lastErrorCode: null,
          lastErrorMessage: null,
        },
      },
    ]),
  );
}

async function lockRows(client: Transaction, ids: string[]): Promise<LockedRow[]> {
  const { rows } = await client.query<LockedRow>(
    `SELECT h.destination_id AS id, h.waiting, h.queued, h.delayed,
       (extract(epoch FROM h.next_due_at - now()) * 1000)::double precision AS "nextDueInMs", d.display_name AS "displayName", d.enabled, d.paused,
       (d.id IS NULL OR d.deleted_at IS NOT NULL) AS deleted, d.max_in_flight AS "maxInFlight", d.retry
     FROM destination_health h LEFT JOIN destinations d ON d.id = h.destination_id
     WHERE h.destination_id = ANY($1::uuid[])
     ORDER BY h.destination_id
     FOR UPDATE OF h`,
    [ids],
  );
  return rows;
}

const UPDATE = `
UPDATE destination_health h SET
  waiting = u.waiting,
  queued = u.queued,
  delayed = u.delayed,
  next_due_at = now() + u."nextDueInMs" * interval '1 millisecond',
  succeeded = h.succeeded + u.succeeded,
  failed = h.failed + u.failed,
  consecutive_failures = CASE WHEN u."hasSucceeded" THEN u."failuresInRow" ELSE h.consecutive_failures + u."failuresInRow" END,
  last_success_at = CASE WHEN u."hasSucceeded" THEN now() ELSE h.last_success_at END,
  last_failure_at = CASE WHEN u."lastErrorCode" IS NOT NULL THEN now() ELSE h.last_failure_at END,
  last_error_code = coalesce(u."lastErrorCode", h.last_error_code),
  last_error_message = coalesce(u."lastErrorMessage", h.last_error_message)
FROM json_to_recordset($1::json) AS u(
  id uuid, waiting integer, queued integer, delayed integer, "nextDueInMs" double precision, succeeded integer,
  failed integer, "hasSucceeded" boolean, "failuresInRow" integer, "lastErrorCode" text, "lastErrorMessage" text)
WHERE h.destination_id = u.id`;

/** Stores what changed of destinations that `lockDestinations` locked in this transaction. */
export async function storeDestinations(
  client: Transaction,
  destinations: Iterable<LockedDestination>,
): Promise<void> {
  const rows = [...destinations]
    .filter(hasChanged)
    .map(({ id, waiting, queued, delayed, nextDueInMs, delta }) => ({
      id,
      waiting,
      queued,
      delayed,
      nextDueInMs,
      ...delta,
    }));
  if (rows.length > 0) await client.query(UPDATE, [JSON.stringify(rows)]);
}

function hasChanged({ stored, delta, ...now }: LockedDestination): boolean {
  return (
    COUNTS.some((name) => now[name] !== stored[name]) ||
    now.nextDueInMs !== stored.nextDueInMs ||
    delta.hasSucceeded ||
    delta.failed > 0 ||
    delta.lastErrorCode !== null
  );
}

/**
 * Moves one delivery between the counts.
 *
 * @param dueInMs for one that waits from now on: milliseconds until it is due
 */
export function moveBetweenCounts(
  destination: LockedDestination,
  from: Count | 'idle',
  to: Count | 'idle',
  dueInMs: number | null = 0,
): void {
  if (to === 'waiting') noteDue(destination, dueInMs ?? 0);
  if (from !== 'idle') destination[from] -= 1;
  if (to !== 'idle') destination[to] += 1;
}

function noteDue(destination: LockedDestination, dueInMs: number): void {
  if (destination.waiting === 0) destination.nextDueInMs = dueInMs;
  else if (destination.nextDueInMs !== null)
    destination.nextDueInMs = Math.min(destination.nextDueInMs, dueInMs);
}

const COUNTS = ['waiting', 'queued', 'delayed'] as const;
type Count = (typeof COUNTS)[number];
