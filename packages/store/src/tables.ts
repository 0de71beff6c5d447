import type {
  AlertType,
  AttemptedHealth,
  AttemptTrigger,
  BulkResend,
  Condition,
  DeliveryStatus,
  RetryPolicy,
  RoutingRule,
  Scope,
  Severity,
  SkipReason,
} from '@tocsin/contract';
import type { ColumnType, Generated, GeneratedAlways } from 'kysely';

/** A `date` column: always the text `YYYY-MM-DD`, never a `Date` in a local time zone. */
type Day = string;

/** Given as an object, read as an object; sent to Postgres as JSON text. */
type Json<T> = ColumnType<T, string, string>;
type JsonWithDefault<T> = ColumnType<T, string | undefined, string>;

/**
 * Where a delivery stands with the queues. `idle`: closed, nothing to do. `waiting`: Postgres keeps it. `queued`: it
 * has a job that is waiting or running. `delayed`: it has a job in its backoff delay. The last two hold one of the
 * destination's slots.
 */
export type QueueState = 'idle' | 'waiting' | 'queued' | 'delayed';

export interface DestinationsTable {
  id: string;
  display_name: string;
  /** The part of the URL that is not a secret: scheme, host and port. */
  url_origin: string;
  /** The whole URL, sealed with the context `<destination id>/url`; null only where the destination is deleted. */
  sealed_url: string | null;
  severities: Severity[];
  alert_types: AlertType[];
  log_types: string[];
  require_log_type: boolean;
  /** Values are sealed, with the context `<destination id>/header/<lower-case name>`. */
  headers: Json<{ name: string; sealed: string }[]>;
  /** Sealed, with the context `<destination id>/signing-secret`; so are the previous ones. */
  signing_secret: string | null;
  /** Those that rotations replaced, the latest first, each with the time (ISO 8601) until which it signs too. */
  previous_signing_secrets: JsonWithDefault<{ sealed: string; until: string }[]>;
  include_context: boolean;
  enabled: boolean;
  /** Alerts are routed to it, and its deliveries wait. */
  paused: Generated<boolean>;
  timeout_ms: number;
  retry: Json<Partial<RetryPolicy>>;
  rate_limit_per_second: number | null;
  max_in_flight: number;
  /** The version of all destinations that its last change made; its entity tag. */
  revision: number;
  /** Its size in bytes (`destination-bytes.ts`); the total of all has a limit. */
  bytes: Generated<number>;
  created_at: Generated<Date>;
  updated_at: Generated<Date>;
  deleted_at: Date | null;
  /** When a deleted destination was revived: deliveries that were made before are cancelled. */
  revived_at: ColumnType<Date | null, Date | null | undefined, Date | null>;
}

/** Spans in which a destination took no deliveries, being paused or disabled; a trigger on `destinations` writes them. */
export interface DestinationPausesTable {
  destination_id: string;
  began_at: Date;
  /** Null while it lasts. */
  ended_at: Date | null;
}

export interface ApiKeysTable {
  id: string;
  name: string;
  scopes: Scope[];
  secret_hash: string;
  created_at: Generated<Date>;
  revoked_at: Date | null;
}

export interface SessionsTable {
  /** SHA-256 of the cookie's token, in hex. */
  token_hash: string;
  key_id: string;
  created_at: Generated<Date>;
  expires_at: Date;
}

export interface AuditLogTable {
  id: GeneratedAlways<number>;
  at: Generated<Date>;
  actor: string;
  action: string;
  subject: string;
  detail: Json<Record<string, unknown>>;
}

export interface AlertsTable {
  received_day: Day;
  alert_id: string;
  received_at: Date;
  severity_rank: number;
  type: AlertType;
  /** For searching only, U+0000 replaced; what is sent is `payload`. */
  detection_id: string;
  title: string;
  name: string | null;
  log_types: string[];
  tags: Generated<string[]>;
  /** Terms for the search (`searchTerms`); null until computed, for alerts of an older version. */
  terms: string | null;
  /** The body that destinations receive, byte for byte. */
  payload: string;
  /** `alertContext` as JSON text. */
  context: string | null;
  /** `RoutingFacts` as JSON text; text, because jsonb refuses U+0000. */
  facts: string;
  /** JSON text of a string. */
  dedup_key: string | null;
  condition: Generated<Condition>;
}

export interface AlertOutboxTable {
  alert_id: string;
  received_day: Day;
  received_at: Date;
  enqueued_at: Date | null;
}

export interface RoutingsTable {
  received_day: Day;
  alert_id: string;
  /** When the alert was received. */
  received_at: Generated<Date>;
  rule: RoutingRule;
  destination_ids: string[];
  skipped: Json<{ destinationId: string; reason: SkipReason }[]>;
  notes: string[];
  decided_at: Generated<Date>;
  open_count: number;
  succeeded_count: number;
  failed_count: number;
  cancelled_count: number;
  status: GeneratedAlways<'unrouted' | 'pending' | 'failed' | 'succeeded' | 'cancelled'>;
}

export interface DeliveriesTable {
  received_day: Day;
  id: string;
  /** When the alert was received. */
  received_at: Date;
  alert_id: string;
  destination_id: string;
  destination_name: string;
  severity_rank: number;
  is_system_error: boolean;
  status: DeliveryStatus;
  failure_code: string | null;
  round: number;
  /** Attempts recorded in this round. */
  attempts: number;
  trigger: AttemptTrigger;
  queue_state: QueueState;
  shard: number;
  dispatch_number: number;
  /** When to check whether the job still exists; null while there is none. */
  lease_until: Date | null;
  next_attempt_at: Date | null;
  round_started_at: Date;
  created_at: Date;
  updated_at: Date;
}

export interface AttemptsTable {
  received_day: Day;
  delivery_id: string;
  round: number;
  number: number;
  trigger: AttemptTrigger;
  started_at: Date;
  duration_ms: number;
  dns_ms: number | null;
  connect_ms: number | null;
  tls_ms: number | null;
  first_byte_ms: number | null;
  address: string | null;
  /** The POST was made a second time within this attempt. */
  repeated: boolean;
  status_code: number | null;
  /** UTF-8 of the decoded body; bytes, because text refuses U+0000. */
  response_body: Buffer | null;
  response_truncated: boolean;
  response_content_type: string | null;
  location: string | null;
  error_code: string | null;
  error_message: string | null;
}

export interface DestinationHealthTable {
  destination_id: string;
  waiting: number;
  queued: number;
  delayed: number;
  /** No waiting delivery is due before this; it may be too early. Null: not known. */
  next_due_at: Date | null;
  succeeded: number;
  failed: number;
  consecutive_failures: number;
  last_success_at: Date | null;
  last_failure_at: Date | null;
  last_error_code: string | null;
  /** Its words; null where none failed since they are kept. */
  last_error_message: string | null;
  /** How many deliveries may be queued or under way, retries that wait apart; whole ones count. */
  flow_limit: Generated<number>;
  limit_lowered_at: ColumnType<Date | null, Date | null | undefined, Date | null>;
  fastest_ms: ColumnType<number | null, number | null | undefined, number | null>;
  failed_deliveries: Generated<string[]>;
  /** Null: the circuit is closed. */
  circuit_opened_at: ColumnType<Date | null, Date | null | undefined, Date | null>;
  probes_succeeded: Generated<number>;
  /** Nothing is released before. */
  held_until: ColumnType<Date | null, Date | null | undefined, Date | null>;
}

/** How well destinations work, by their latest attempts; a row from a destination's first attempts on. */
export interface HealthStatesTable {
  destination_id: string;
  state: AttemptedHealth;
  since: Date;
  /** The share of the latest attempts that succeeded. */
  success_rate: number;
  response_p50_ms: number | null;
  response_p95_ms: number | null;
}

/** Destinations whose due deliveries wait in Postgres. */
export interface BacklogsTable {
  destination_id: string;
  reason: string;
  since: Date;
  logged_reason: string | null;
}

/** One row: whether the queues have room, or why not. */
export interface QueueRoomTable {
  singleton: Generated<true>;
  lack: 'full' | 'unavailable' | null;
  since: Date;
}

export interface FailureNoticesTable {
  destination_id: string;
  /** Failed deliveries that are in no notice yet. */
  unreported: number;
  last_error: string | null;
  /** When the first of those failed. */
  first_failed_at: Date;
  /** The id of the latest notice about this destination. */
  notice_id: string | null;
}

/** One row. */
export interface FailureNoticeTable {
  singleton: Generated<true>;
  taken_at: Date | null;
  /** The alert that is being sent; null while there is none. */
  sending: Json<Record<string, unknown>> | null;
}

export interface StatsBucketsTable {
  /** Seconds: 60, 3,600 or 86,400. */
  granularity: number;
  /** The nil UUID where `stripe` is above 0. */
  destination_id: string;
  /** 0 for a destination's own row; from 1 on, a part of the counts of all destinations. */
  stripe: number;
  /** The bucket's start. */
  bucket: Date;
  accepted: number;
  succeeded: number;
  failed: number;
  failed_attempts: number;
  delays: number[] | null;
  /** Only in destinations' own minutes. */
  responses: number[] | null;
}

export interface StatsSamplesTable {
  /** The nil UUID for all together; a destination has a row only if it had open deliveries. */
  destination_id: string;
  minute: Date;
  open: number;
  oldest_open_seconds: number | null;
}

export interface LogTypesTable {
  log_type: string;
  last_seen_day: Day;
}

export interface ResendsTable {
  id: string;
  /** Ids of further requests that were answered with this bulk resend, since it has the same filter. */
  also_requested_as: Generated<string[]>;
  /** Null for every destination. */
  destination_id: string | null;
  /** Sorted. */
  statuses: BulkResend['status'];
  /** Sorted; null for all. */
  severity_ranks: number[] | null;
  /** Sorted; null for any. */
  error_codes: BulkResend['errorCodes'];
  since: Date;
  until: Date;
  state: Generated<BulkResend['state']>;
  matched: number;
  /** Whether `matched` is only what was counted up to a bound. */
  matched_at_least: Generated<boolean>;
  resent: Generated<number>;
  skipped: Generated<number>;
  cursor_id: Generated<string>;
  /** Of one for `missing`: the alert that was last looked at. */
  cursor_alert_id: string | null;
  /** Of one for `missing`: when a process last took it, to send what it finds. */
  taken_at: Date | null;
  created_by: string;
  /** When it was requested, before its deliveries were counted: deliveries that ended later do not match. */
  created_at: Date;
  updated_at: Generated<Date>;
}

export interface Tables {
  destinations: DestinationsTable;
  destinations_version: { version: number };
  destination_pauses: DestinationPausesTable;
  api_keys: ApiKeysTable;
  sessions: SessionsTable;
  audit_log: AuditLogTable;
  alert_ids: { alert_id: string; received_day: Day; content_hash: Buffer | null };
  alerts: AlertsTable;
  alert_outbox: AlertOutboxTable;
  routings: RoutingsTable;
  deliveries: DeliveriesTable;
  attempts: AttemptsTable;
  destination_health: DestinationHealthTable;
  health_states: HealthStatesTable;
  backlogs: BacklogsTable;
  queue_room: QueueRoomTable;
  failure_notices: FailureNoticesTable;
  failure_notice: FailureNoticeTable;
  stats_buckets: StatsBucketsTable;
  stats_samples: StatsSamplesTable;
  log_types: LogTypesTable;
  resends: ResendsTable;
}
