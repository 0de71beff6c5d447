import { createHash } from 'node:crypto';
import type { AttemptTrigger, DeliveryStatus, RetryPolicy } from '@tocsin/contract';
import { type DispatchedDelivery, FEW_AHEAD } from '@tocsin/status-gateway';
import type { QueueState } from '@tocsin/store';
import { v5 as uuidV5 } from 'uuid';

/** A delivery as the commits see it. Times are the database's. */
export interface DeliveryRow {
  day: string;
  id: string;
  alertId: string;
  destinationId: string;
  severityRank: number;
  isSystemError: boolean;
  status: DeliveryStatus;
  failureCode: string | null;
  round: number;
  attempts: number;
  trigger: AttemptTrigger;
  queueState: QueueState;
  shard: number;
  dispatchNumber: number;
  /** Milliseconds from now until the next attempt is due; null where none is. */
  dueInMs: number | null;
}

/** The columns of a `DeliveryRow`, for a query that calls the table `d`. */
export const DELIVERY_ROW_COLUMNS = `
  d.received_day AS day, d.id, d.alert_id AS "alertId", d.destination_id AS "destinationId",
  d.severity_rank AS "severityRank", d.is_system_error AS "isSystemError", d.status,
  d.failure_code AS "failureCode", d.round, d.attempts, d.trigger, d.queue_state AS "queueState", d.shard, d.dispatch_number AS "dispatchNumber",
  (extract(epoch FROM d.next_attempt_at - now()) * 1000)::double precision AS "dueInMs"`;

/** Which delivery, in which round. */
export type RoundRef = Pick<DeliveryRow, 'day' | 'id' | 'destinationId' | 'round'>;

/** How long after its due time a queued delivery's job is looked for; seconds. */
export const LEASE_SECONDS = 15;

/** Whether attempts are still to come. */
export function isOpen(row: Pick<DeliveryRow, 'status'>): boolean {
  return row.status === 'pending' || row.status === 'retrying';
}

/** Whether attempts are still to come, of a delivery `d`, written so that two partial indexes apply. */
export const IS_OPEN = `(d.queue_state = 'waiting' OR d.lease_until IS NOT NULL)`;

/** Whether a delivery has a job: one that waits, runs, or is in the delay of its retry. */
export const HAS_JOB = `queue_state IN ('queued', 'delayed')`;

/** The row with its round at an end. */
export function ended(
  row: DeliveryRow,
  status: 'succeeded' | 'failed' | 'cancelled',
  failureCode: string | null = null,
): DeliveryRow {
  return { ...row, status, failureCode, queueState: 'idle', dueInMs: null };
}

/** The days among rows, for a statement's pruning parameter. */
export function daysOf(rows: Iterable<{ day: string }>): string[] {
  return [...new Set([...rows].map((row) => row.day))];
}

type AlertAndDestination = Pick<
  DeliveryRow,
  'day' | 'alertId' | 'destinationId' | 'severityRank' | 'isSystemError' | 'trigger'
>;

/** A delivery of an alert to a destination, due now, not in a queue yet. */
export function newDelivery(of: AlertAndDestination, shards: number): DeliveryRow {
  return {
    ...of,
    id: deliveryIdOf(of.alertId, of.destinationId),
    status: 'pending',
    failureCode: null,
    round: 1,
    attempts: 0,
    queueState: 'idle',
    shard: shardOf(of.destinationId, shards),
    dispatchNumber: 0,
    dueInMs: 0,
  };
}

/** The row with a new job of its own: a dispatch number is never used twice, so the id of no old job equals that of a new one. */
export function withNewJob(row: DeliveryRow, shard: number): DeliveryRow {
  return {
    ...row,
    queueState: 'queued',
    dispatchNumber: row.dispatchNumber + 1,
    shard,
    dueInMs: Math.min(row.dueInMs ?? 0, 0),
  };
}

/**
 * A first attempt is fresh while it has waited for less than this; milliseconds. Longer than alerts wait that come faster,
 * for a moment, than their destination's limit allows; what waits longer is a backlog.
 */
const FRESH_MS = 5_000;

/**
 * What the job says of a row that has waited and is released now: see {@link DispatchedDelivery}.
 *
 * @param queued how many others of its destination the queues have
 */
export function aheadOf(row: Pick<DeliveryRow, 'attempts' | 'dueInMs'>, queued: number): number | undefined {
  const isFresh = row.attempts === 0 && -(row.dueInMs ?? 0) < FRESH_MS;
  return isFresh && queued < FEW_AHEAD ? undefined : queued;
}

/** The job of a row that was just given to a queue. @param ahead see {@link DispatchedDelivery} */
export function jobOf(row: DeliveryRow, policy: RetryPolicy, ahead: number | undefined): DispatchedDelivery {
  return {
    deliveryId: row.id,
    day: row.day,
    alertId: row.alertId,
    destinationId: row.destinationId,
    round: row.round,
    dispatchNumber: row.dispatchNumber,
    severityRank: row.severityRank,
    isRetry: row.attempts > 0,
    ahead,
    shard: row.shard,
    attemptsMax: Math.max(1, policy.maxRetries + 1 - row.attempts),
  };
}

/**
 * A delivery's id: the same for the same alert and destination, in every process. Callers choose destinations' ids, and
 * Postgres takes any 16 bytes; as text, only a UUID of RFC 9562 would do as a namespace.
 */
export function deliveryIdOf(alertId: string, destinationId: string): string {
  return uuidV5(alertId, Buffer.from(destinationId.replaceAll('-', ''), 'hex'));
}

/** The shard of a destination's jobs, evenly spread over destination ids. */
export function shardOf(destinationId: string, shards: number): number {
  if (shards === 1) return 0;
  return createHash('sha1').update(destinationId).digest().readUInt32BE() % shards;
}
