import { limitOfRate, type RetryPolicy } from '@tocsin/contract';
import { anyLength, type Transaction, toStorableText } from '@tocsin/store';
import {
  type AttemptFacts,
  afterAttempt,
  afterCrowding,
  type Flow,
  flowChange,
  limitNow,
} from '../delivery/flow.ts';
import { type DestinationSlots, mayHaveDue, type WaitingState } from '../delivery/slots.ts';

/** A destination's slots under lock, and what this transaction adds to its record. */
export interface LockedDestination extends DestinationSlots, WaitingState {
  id: string;
  displayName: string;
  policy: RetryPolicy;
  rateLimitPerSecond: number | null;
  timeoutMs: number;
  /** When this transaction began, by the database's clock; milliseconds since the epoch. */
  nowMs: number;
  flow: Flow;
  /** What last made a change of its flow that people should know; null where nothing did, or successes. */
  flowCause: FlowCause | null;
  delta: HealthDelta;
  /** As it was locked, to tell whether there is anything to store. */
  stored: Pick<LockedRow, 'waiting' | 'queued' | 'delayed' | 'nextDueInMs'> & { flow: Flow };
}

/** Why a circuit was opened or a limit lowered: by an attempt, or for want of room. */
export interface FlowCause {
  errorCode: string | null;
  statusCode: number | null;
  reason: string;
}

interface HealthDelta {
  succeeded: number;
  failed: number;
  lastErrorCode: string | null;
  lastErrorMessage: string | null;
}

/** What is kept of a destination, or what its deliveries say. Due times in milliseconds from now. */
interface DestinationCounts {
  waiting: number;
  queued: number;
  delayed: number;
  nextDueInMs: number | null;
}

/** A destination that keeps something else than its deliveries say. */
export interface WrongDestination {
  id: string;
  stored: DestinationCounts;
  counted: DestinationCounts;
}

interface LockedRow extends Flow {
  id: string;
  displayName: string | null;
  enabled: boolean | null;
  paused: boolean | null;
  deleted: boolean;
  maxInFlight: number | null;
  rateLimitPerSecond: number | null;
  timeoutMs: number | null;
  nowMs: number;
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
  return new Map(rows.map((row) => [row.id, toDestination(row, defaults)]));
}

function toDestination(row: LockedRow, defaults: RetryPolicy): LockedDestination {
  const { id, deleted, nowMs, waiting, queued, delayed, nextDueInMs, rateLimitPerSecond, retry } = row;
  const { limit, loweredAtMs, fastestMs, succeededAtMs, failuresInRow } = row;
  const { failedDeliveries, openedAtMs, probesSucceeded, heldUntilMs } = row;
  const flow: Flow = {
    ...{ limit, loweredAtMs, fastestMs, succeededAtMs, failuresInRow },
    ...{ failedDeliveries, openedAtMs, probesSucceeded, heldUntilMs },
  };
  const destination = {
    ...{ id, deleted, nowMs, waiting, queued, delayed, nextDueInMs, rateLimitPerSecond, flow },
    displayName: row.displayName ?? id,
    enabled: row.enabled ?? false,
    paused: row.paused ?? false,
    maxInFlight: row.maxInFlight ?? 1,
    timeoutMs: row.timeoutMs ?? 0,
    policy: { ...defaults, ...retry },
    flowCause: null,
    stored: { waiting, queued, delayed, nextDueInMs, flow },
    delta: { succeeded: 0, failed: 0, lastErrorCode: null, lastErrorMessage: null },
  };
  return { ...destination, limit: limitOf(destination) };
}

/** Its flow's limit; with a rate limit, no more than can be under way at that rate. */
function limitOf({
  flow,
  nowMs,
  rateLimitPerSecond,
  timeoutMs,
}: Pick<LockedDestination, 'flow' | 'nowMs' | 'rateLimitPerSecond' | 'timeoutMs'>): number {
  return Math.min(limitNow(flow, nowMs), limitOfRate(rateLimitPerSecond, timeoutMs));
}

/** Notes what an attempt of its current round says about the destination. */
export function noteAttempt(destination: LockedDestination, attempt: AttemptFacts): void {
  const { flow, delta, nowMs, maxInFlight, policy, queued } = destination;
  const { baseDelayMs } = policy;
  const isHoldingBack = mayHaveDue(destination);
  const { error, statusCode } = attempt;
  const cause =
    error === null ? null : { errorCode: error.code, statusCode, reason: toStorableText(error.message) };
  changeFlow(
    destination,
    afterAttempt(flow, attempt, { nowMs, maxInFlight, baseDelayMs, queued, isHoldingBack }),
    cause,
  );
  if (cause === null) {
    delta.succeeded += 1;
    return;
  }
  delta.lastErrorCode = cause.errorCode;
  delta.lastErrorMessage = cause.reason;
}

/** Notes that workers gave one of its deliveries back, since it had its share of what they do at once. */
export function noteCrowding(destination: LockedDestination): void {
  changeFlow(destination, afterCrowding(destination.flow, destination), {
    ...{ errorCode: null, statusCode: null },
    reason: 'its deliveries had their share of what a worker does at once',
  });
}

function changeFlow(destination: LockedDestination, flow: Flow, cause: FlowCause | null): void {
  if (flowChange(destination.flow, flow) !== null) destination.flowCause = cause;
  destination.flow = flow;
  destination.limit = limitOf(destination);
}

const msOf = (time: string) => `(extract(epoch FROM ${time}) * 1000)::double precision`;
const timeOf = (ms: string) => `to_timestamp(${ms} / 1000)`;

const LOCK_ROWS = `
SELECT h.destination_id AS id, h.waiting, h.queued, h.delayed,
  (extract(epoch FROM h.next_due_at - now()) * 1000)::double precision AS "nextDueInMs", d.display_name AS "displayName", d.enabled, d.paused,
  (d.id IS NULL OR d.deleted_at IS NOT NULL) AS deleted, d.max_in_flight AS "maxInFlight", d.retry,
  d.rate_limit_per_second AS "rateLimitPerSecond", d.timeout_ms AS "timeoutMs", ${msOf('now()')} AS "nowMs",
  h.flow_limit AS "limit", ${msOf('h.limit_lowered_at')} AS "loweredAtMs", h.fastest_ms AS "fastestMs",
  ${msOf('h.last_success_at')} AS "succeededAtMs", h.consecutive_failures AS "failuresInRow", h.failed_deliveries AS "failedDeliveries",
  ${msOf('h.circuit_opened_at')} AS "openedAtMs", h.probes_succeeded AS "probesSucceeded",
  ${msOf('h.held_until')} AS "heldUntilMs"
FROM destination_health h LEFT JOIN destinations d ON d.id = h.destination_id
WHERE h.destination_id = ANY(${anyLength('$1', 'uuid')})
ORDER BY h.destination_id
FOR UPDATE OF h`;

async function lockRows(client: Transaction, ids: string[]): Promise<LockedRow[]> {
  const { rows } = await client.query<LockedRow>({
    name: 'lock destinations',
    text: LOCK_ROWS,
    values: [ids],
  });
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
  consecutive_failures = u."failuresInRow",
  flow_limit = u."limit",
  limit_lowered_at = ${timeOf('u."loweredAtMs"')},
  fastest_ms = u."fastestMs",
  failed_deliveries = u."failedDeliveries",
  circuit_opened_at = ${timeOf('u."openedAtMs"')},
  probes_succeeded = u."probesSucceeded",
  held_until = ${timeOf('u."heldUntilMs"')},
  last_success_at = ${timeOf('u."succeededAtMs"')},
  last_failure_at = CASE WHEN u."lastErrorCode" IS NOT NULL THEN now() ELSE h.last_failure_at END,
  last_error_code = coalesce(u."lastErrorCode", h.last_error_code),
  last_error_message = coalesce(u."lastErrorMessage", h.last_error_message)
FROM json_to_recordset($1::json) AS u(
  id uuid, waiting integer, queued integer, delayed integer, "nextDueInMs" double precision, succeeded integer,
  failed integer, "lastErrorCode" text, "lastErrorMessage" text, "failuresInRow" integer, "limit" double precision,
  "loweredAtMs" double precision, "fastestMs" double precision, "succeededAtMs" double precision, "failedDeliveries" uuid[],
  "openedAtMs" double precision, "probesSucceeded" smallint, "heldUntilMs" double precision)
WHERE h.destination_id = u.id`;

/** Stores what changed of destinations that `lockDestinations` locked in this transaction. */
export async function storeDestinations(
  client: Transaction,
  destinations: Iterable<LockedDestination>,
): Promise<void> {
  const rows = [...destinations]
    .filter(hasChanged)
    .map(({ id, waiting, queued, delayed, nextDueInMs, delta, flow }) => ({
      ...{ id, waiting, queued, delayed, nextDueInMs },
      ...delta,
      ...flow,
    }));
  if (rows.length === 0) return;
  await client.query({ name: 'update destinations', text: UPDATE, values: [JSON.stringify(rows)] });
}

function hasChanged({ stored, delta, ...now }: LockedDestination): boolean {
  return (
    COUNTS.some((name) => now[name] !== stored[name]) ||
    now.nextDueInMs !== stored.nextDueInMs ||
    now.flow !== stored.flow ||
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

/** Adds the difference between what was stored of a destination and what its deliveries said at that moment. */
export function correctCounts(
  destination: LockedDestination,
  { stored, counted }: Pick<WrongDestination, 'stored' | 'counted'>,
): void {
  if (counted.nextDueInMs !== null) noteDue(destination, counted.nextDueInMs);
  for (const name of COUNTS) destination[name] += counted[name] - stored[name];
}

function noteDue(destination: LockedDestination, dueInMs: number): void {
  if (destination.waiting === 0) destination.nextDueInMs = dueInMs;
  else if (destination.nextDueInMs !== null)
    destination.nextDueInMs = Math.min(destination.nextDueInMs, dueInMs);
}

const COUNTS = ['waiting', 'queued', 'delayed'] as const;
type Count = (typeof COUNTS)[number];
