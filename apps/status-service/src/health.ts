import type { RetryPolicy } from '@tocsin/contract';
import type { Transaction } from '@tocsin/store';
import type { GateState } from './gate.ts';

/** A destination's gate under lock, and what this transaction adds to its record. */
export interface LockedDestination extends GateState {
  id: string;
  displayName: string;
  waiting: number;
  policy: RetryPolicy;
  delta: HealthDelta;
}

interface HealthDelta {
  delivered: number;
  failed: number;
  /** Failed attempts since the last success, within this transaction. */
  failuresInRow: number;
  succeeded: boolean;
  lastErrorCode: string | null;
}

interface LockedRow {
  id: string;
  displayName: string | null;
  enabled: boolean | null;
  deleted: boolean;
  maxInFlight: number | null;
  retry: Partial<RetryPolicy> | null;
  waiting: number;
  queued: number;
  delayed: number;
}

/**
 * Locks the destinations' rows, always in the order of their ids, so that commits wait for one another and never
 * deadlock. Whoever changes a delivery's `queue_state` or `status` holds its destination's lock: that is what keeps
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
        maxInFlight: row.maxInFlight ?? 1,
        policy: { ...defaults, ...retry },
        delta: { delivered: 0, failed: 0, failuresInRow: 0, succeeded: false, lastErrorCode: null },
      },
    ]),
  );
}

async function lockRows(client: Transaction, ids: string[]): Promise<LockedRow[]> {
  const { rows } = await client.query<LockedRow>(
    `SELECT h.destination_id AS id, h.waiting, h.queued, h.delayed, d.display_name AS "displayName", d.enabled,
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
  delivered = h.delivered + u.delivered,
  failed = h.failed + u.failed,
  consecutive_failures = CASE WHEN u.succeeded THEN u."failuresInRow" ELSE h.consecutive_failures + u."failuresInRow" END,
  last_success_at = CASE WHEN u.succeeded THEN now() ELSE h.last_success_at END,
  last_failure_at = CASE WHEN u."lastErrorCode" IS NOT NULL THEN now() ELSE h.last_failure_at END,
  last_error_code = coalesce(u."lastErrorCode", h.last_error_code)
FROM json_to_recordset($1::json) AS u(
  id uuid, waiting integer, queued integer, delayed integer, delivered integer, failed integer,
  succeeded boolean, "failuresInRow" integer, "lastErrorCode" text)
WHERE h.destination_id = u.id`;

/** Stores the counts of destinations that `lockDestinations` locked in this transaction. */
export async function storeDestinations(
  client: Transaction,
  destinations: Iterable<LockedDestination>,
): Promise<void> {
  const rows = [...destinations].map(({ id, waiting, queued, delayed, delta }) => ({
    id,
    waiting,
    queued,
    delayed,
    ...delta,
  }));
  if (rows.length > 0) await client.query(UPDATE, [JSON.stringify(rows)]);
}

/** Moves one delivery between the counts. */
export function countMove(
  destination: LockedDestination,
  from: keyof typeof COUNTED | 'idle',
  to: keyof typeof COUNTED | 'idle',
): void {
  if (from !== 'idle') destination[from] -= 1;
  if (to !== 'idle') destination[to] += 1;
}

const COUNTED = { waiting: true, queued: true, delayed: true } as const;
