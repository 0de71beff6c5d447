import type { AttemptResult, AttemptTrigger } from '@tocsin/contract';
import {
  anyLength,
  dayStatement,
  type Microseconds,
  type Transaction,
  timeOfMicroseconds,
  toStorableText,
} from '@tocsin/store';
import { type DeliveryRow, daysOf, LEASE_SECONDS } from '../delivery/delivery-row.ts';

const UPDATE_DELIVERIES = dayStatement(
  'update deliveries',
  'deliveries',
  ({ table, inDays }) => `
UPDATE ${table} d SET
  status = u.status,
  failure_code = u."failureCode",
  round = u.round,
  attempts = u.attempts,
  trigger = u.trigger,
  queue_state = u."queueState",
  shard = u.shard,
  dispatch_number = u."dispatchNumber",
  next_attempt_at = now() + u."dueInMs" * interval '1 millisecond',
  lease_until = CASE WHEN u."queueState" IN ('queued', 'delayed')
    THEN now() + greatest(coalesce(u."dueInMs", 0), 0) * interval '1 millisecond' + $3 * interval '1 second' END,
  round_started_at = CASE WHEN u.round <> d.round THEN now() ELSE d.round_started_at END,
  updated_at = now()
FROM json_to_recordset($1::json) AS u(
  day date, id uuid, status text, "failureCode" text, round integer, attempts integer, trigger text,
  "queueState" text, shard smallint, "dispatchNumber" integer, "dueInMs" double precision)
WHERE ${inDays('d.received_day', '$2')} AND d.id = ANY(${anyLength('$4', 'uuid')}) AND d.received_day = u.day AND d.id = u.id`,
);

/**
 * Stores rows that were read and changed under their destination's lock. Statements here name the ids beside the
 * days: joined to the rows alone, Postgres was seen to read the whole day for every statement.
 */
export async function storeDeliveries(client: Transaction, rows: DeliveryRow[]): Promise<void> {
  if (rows.length === 0) return;
  const days = daysOf(rows);
  const ids = rows.map((row) => row.id);
  await client.query(UPDATE_DELIVERIES(days, [JSON.stringify(rows), days, LEASE_SECONDS, ids]));
}

/** A delivery that is not stored yet. */
export interface NewDelivery {
  row: DeliveryRow;
  destinationName: string;
  /** When its alert was received. */
  receivedAt: Microseconds;
}

const INSERT_DELIVERIES = dayStatement(
  'insert deliveries',
  'deliveries',
  ({ table }) => `
INSERT INTO ${table} (received_day, id, received_at, alert_id, destination_id, destination_name, severity_rank,
  is_system_error, status, round, attempts, trigger, queue_state, shard, dispatch_number, next_attempt_at, lease_until)
SELECT day, id, ${timeOfMicroseconds('"receivedAt"')}, "alertId", "destinationId", "destinationName", "severityRank",
  "isSystemError", status, round, attempts, trigger, "queueState", shard, "dispatchNumber", now(),
  CASE WHEN "queueState" = 'queued' THEN now() + $2 * interval '1 second' END
FROM json_to_recordset($1::json) AS p(
  day date, id uuid, "receivedAt" bigint, "alertId" text, "destinationId" uuid, "destinationName" text,
  "severityRank" smallint, "isSystemError" boolean, status text, round integer, attempts integer, trigger text,
  "queueState" text, shard smallint, "dispatchNumber" integer)`,
);

/** Stores new deliveries, each of which is due now. */
export async function insertDeliveries(client: Transaction, deliveries: NewDelivery[]): Promise<void> {
  if (deliveries.length === 0) return;
  const rows = deliveries.map(({ row, ...rest }) => ({ ...row, ...rest }));
  await client.query(INSERT_DELIVERIES(daysOf(rows), [JSON.stringify(rows), LEASE_SECONDS]));
}

/** One attempt to append to a delivery's history. */
export interface AttemptToStore {
  day: string;
  deliveryId: string;
  round: number;
  number: number;
  trigger: AttemptTrigger;
  result: AttemptResult;
}

const INSERT_ATTEMPTS = dayStatement(
  'insert attempts',
  'attempts',
  ({ table }) => `
INSERT INTO ${table} (
  received_day, delivery_id, round, number, trigger, started_at, duration_ms, dns_ms, connect_ms, tls_ms,
  first_byte_ms, address, repeated, status_code, response_body, response_truncated, response_content_type, location,
  error_code, error_message)
SELECT day, "deliveryId", round, number, trigger, ${timeOfMicroseconds('"startedAt"')}, "durationMs", "dnsMs", "connectMs", "tlsMs",
  "firstByteMs", address, repeated, "statusCode", decode(body, 'base64'), truncated, "contentType", location,
  "errorCode", "errorMessage"
FROM json_to_recordset($1::json) AS a(
  day date, "deliveryId" uuid, round integer, number integer, trigger text, "startedAt" bigint,
  "durationMs" double precision, "dnsMs" double precision, "connectMs" double precision, "tlsMs" double precision,
  "firstByteMs" double precision, address text, repeated boolean, "statusCode" integer, body text,
  truncated boolean, "contentType" text, location text, "errorCode" text, "errorMessage" text)
ON CONFLICT DO NOTHING`,
);

/** Appends attempts; one that is there already stays as it is. */
export async function storeAttempts(client: Transaction, attempts: AttemptToStore[]): Promise<void> {
  if (attempts.length === 0) return;
  const rows = attempts.map(({ result, ...attempt }) => ({
    ...attempt,
    startedAt: Date.parse(result.startedAt) * 1_000,
    durationMs: result.durationMs,
    ...result.timings,
    address: result.address,
    repeated: result.repeated,
    statusCode: result.statusCode,
    body: result.responseBody === null ? null : Buffer.from(result.responseBody).toString('base64'),
    truncated: result.responseTruncated,
    contentType: result.responseContentType && toStorableText(result.responseContentType),
    location: result.location && toStorableText(result.location),
    errorCode: result.error?.code ?? null,
    errorMessage: result.error && toStorableText(result.error.message),
  }));
  await client.query(INSERT_ATTEMPTS(daysOf(rows), [JSON.stringify(rows)]));
}
