import { type Kysely, sql } from 'kysely';

/** What control-api writes: destinations with a version that moves with every change, keys, audit log. */
const CONTROL = `
CREATE TABLE destinations (
  id uuid PRIMARY KEY,
  display_name text NOT NULL,
  url text NOT NULL,
  severities text[] NOT NULL,
  alert_types text[] NOT NULL,
  log_types text[] NOT NULL,
  require_log_type boolean NOT NULL,
  headers jsonb NOT NULL,
  signing_secret text,
  previous_signing_secrets jsonb NOT NULL DEFAULT '[]',
  include_context boolean NOT NULL,
  enabled boolean NOT NULL,
  timeout_ms integer NOT NULL,
  retry jsonb NOT NULL,
  rate_limit_per_second double precision,
  max_in_flight integer NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz
);
CREATE UNIQUE INDEX destinations_display_name ON destinations (lower(display_name)) WHERE deleted_at IS NULL;

CREATE TABLE destinations_version (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  version bigint NOT NULL
);
INSERT INTO destinations_version (version) VALUES (1);

CREATE TABLE api_keys (
  id text PRIMARY KEY,
  name text NOT NULL,
  scopes text[] NOT NULL,
  secret_hash text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  revoked_at timestamptz
);

CREATE TABLE audit_log (
  id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  at timestamptz NOT NULL DEFAULT now(),
  actor text NOT NULL,
  action text NOT NULL,
  subject text NOT NULL,
  detail jsonb NOT NULL
);
`;

/** What ingest writes. The outbox names the alerts that have no plan yet; the status service empties it. */
const INGEST = `
CREATE TABLE alert_ids (
  alert_id text PRIMARY KEY,
  received_day date NOT NULL
);
CREATE INDEX alert_ids_received_day ON alert_ids (received_day);

CREATE TABLE alerts (
  received_day date NOT NULL,
  alert_id text NOT NULL,
  received_at timestamptz NOT NULL,
  severity_rank smallint NOT NULL,
  type text NOT NULL,
  detection_id text NOT NULL,
  title text NOT NULL,
  name text,
  log_types text[] NOT NULL,
  payload text NOT NULL,
  context text,
  facts text NOT NULL,
  PRIMARY KEY (received_day, alert_id)
) PARTITION BY RANGE (received_day);
CREATE INDEX alerts_received ON alerts (received_at DESC, alert_id DESC);

CREATE TABLE alert_outbox (
  alert_id text PRIMARY KEY,
  received_day date NOT NULL,
  received_at timestamptz NOT NULL,
  fed_at timestamptz
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000);
`;

/** What the status service writes. Counts on a routing make an alert's status a column, with no scan of deliveries. */
const STATUS = `
CREATE TABLE routings (
  received_day date NOT NULL,
  alert_id text NOT NULL,
  rule text NOT NULL,
  destination_ids uuid[] NOT NULL,
  skipped jsonb NOT NULL,
  notes text[] NOT NULL,
  decided_at timestamptz NOT NULL DEFAULT now(),
  open_count integer NOT NULL,
  succeeded_count integer NOT NULL DEFAULT 0,
  failed_count integer NOT NULL DEFAULT 0,
  cancelled_count integer NOT NULL DEFAULT 0,
  status text NOT NULL GENERATED ALWAYS AS (
    CASE
      WHEN open_count > 0 THEN 'pending'
      WHEN failed_count > 0 THEN 'failed'
      WHEN succeeded_count > 0 THEN 'succeeded'
      WHEN cancelled_count > 0 THEN 'cancelled'
      ELSE 'unrouted'
    END
  ) STORED,
  PRIMARY KEY (received_day, alert_id)
) PARTITION BY RANGE (received_day);

CREATE TABLE deliveries (
  received_day date NOT NULL,
  id uuid NOT NULL,
  received_at timestamptz NOT NULL,
  alert_id text NOT NULL,
  destination_id uuid NOT NULL,
  destination_name text NOT NULL,
  severity_rank smallint NOT NULL,
  is_system_error boolean NOT NULL,
  status text NOT NULL DEFAULT 'pending',
  failure_code text,
  round integer NOT NULL DEFAULT 1,
  attempts integer NOT NULL DEFAULT 0,
  trigger text NOT NULL DEFAULT 'auto',
  queue_state text NOT NULL DEFAULT 'waiting',
  shard smallint NOT NULL,
  feed integer NOT NULL DEFAULT 0,
  lease_until timestamptz,
  next_attempt_at timestamptz,
  round_started_at timestamptz NOT NULL DEFAULT now(),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  -- The id first: a delivery is also looked up by its id alone, in each day's partition.
  PRIMARY KEY (id, received_day)
) PARTITION BY RANGE (received_day);
CREATE INDEX deliveries_alert ON deliveries (received_day, alert_id);
CREATE INDEX deliveries_waiting ON deliveries (destination_id, severity_rank, (attempts > 0), next_attempt_at)
  WHERE queue_state = 'waiting';
CREATE INDEX deliveries_leased ON deliveries (lease_until) WHERE lease_until IS NOT NULL;
CREATE INDEX deliveries_of_status ON deliveries (status, received_at DESC, id DESC);
CREATE INDEX deliveries_of_destination ON deliveries (destination_id, status, received_at DESC, id DESC);

CREATE TABLE attempts (
  received_day date NOT NULL,
  delivery_id uuid NOT NULL,
  round integer NOT NULL,
  number integer NOT NULL,
  trigger text NOT NULL,
  started_at timestamptz NOT NULL,
  duration_ms double precision NOT NULL,
  dns_ms double precision,
  connect_ms double precision,
  tls_ms double precision,
  first_byte_ms double precision,
  address text,
  status_code integer,
  response_body bytea,
  response_truncated boolean NOT NULL,
  response_content_type text,
  error_code text,
  error_message text,
  PRIMARY KEY (received_day, delivery_id, round, number)
) PARTITION BY RANGE (received_day);

CREATE TABLE destination_health (
  destination_id uuid PRIMARY KEY,
  waiting integer NOT NULL DEFAULT 0 CHECK (waiting >= 0),
  queued integer NOT NULL DEFAULT 0 CHECK (queued >= 0),
  delayed integer NOT NULL DEFAULT 0 CHECK (delayed >= 0),
  -- Nothing that waits is due before this; it may be earlier than the truth, never later. Null: not known.
  next_due_at timestamptz,
  delivered bigint NOT NULL DEFAULT 0,
  failed bigint NOT NULL DEFAULT 0,
  consecutive_failures integer NOT NULL DEFAULT 0,
  last_success_at timestamptz,
  last_failure_at timestamptz,
  last_error_code text
) WITH (fillfactor = 50);

CREATE TABLE failure_notices (
  destination_id uuid PRIMARY KEY,
  unreported integer NOT NULL,
  last_window bigint NOT NULL,
  -- Of the notice that is being sent, until it is known to have arrived.
  sending_count integer,
  sending_window bigint
);
`;

/**
 * Partitions are made ahead by each process that starts. It looks them up first, so that an existing one takes no lock.
 * Attaching a table blocks neither readers nor inserts; creating it as a partition would.
 */
const PARTITIONS = `
CREATE FUNCTION ensure_partitions(first_day date, days integer) RETURNS void LANGUAGE plpgsql AS $body$
DECLARE
  parent text;
  day date;
  partition text;
BEGIN
  FOR day IN SELECT first_day + n FROM generate_series(0, days - 1) AS n LOOP
    FOREACH parent IN ARRAY ARRAY['alerts', 'routings', 'deliveries', 'attempts'] LOOP
      partition := format('%s_%s', parent, to_char(day, 'YYYYMMDD'));
      CONTINUE WHEN to_regclass(partition) IS NOT NULL;
      PERFORM pg_advisory_xact_lock(hashtext('tocsin partitions'));
      -- Whoever held the lock may have made it. The table is asked: to_regclass() may not have heard of it yet.
      CONTINUE WHEN EXISTS (
        SELECT FROM pg_class WHERE relname = partition AND relnamespace = current_schema()::regnamespace
      );
      EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING ALL)', partition, parent);
      EXECUTE format(
        'ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', parent, partition, day, day + 1
      );
    END LOOP;
  END LOOP;
END
$body$;
`;

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const part of [CONTROL, INGEST, STATUS, PARTITIONS]) await sql.raw(part).execute(db);
}
