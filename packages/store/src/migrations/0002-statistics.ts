import { type Kysely, sql } from 'kysely';

/**
 * Counts by time, written in the transactions that they are about. A row with stripe 0 is of one destination. Rows with
 * higher stripes are for all destinations together, under the nil UUID; there are several, so that commits do not wait
 * for one another. `granularity` is the width of a bucket in seconds; each has a partition, and so pages, of its own.
 * `delays` is a histogram (`delay-histogram.ts` of the status service); null while empty.
 */
const COUNTS = `
CREATE TABLE stats_buckets (
  granularity integer NOT NULL,
  destination_id uuid NOT NULL,
  stripe smallint NOT NULL,
  bucket timestamptz NOT NULL,
  accepted integer NOT NULL DEFAULT 0,
  delivered integer NOT NULL DEFAULT 0,
  failed integer NOT NULL DEFAULT 0,
  failed_attempts integer NOT NULL DEFAULT 0,
  delays integer[],
  PRIMARY KEY (granularity, destination_id, stripe, bucket)
) PARTITION BY LIST (granularity);
CREATE TABLE stats_minutes PARTITION OF stats_buckets FOR VALUES IN (60) WITH (fillfactor = 70);
CREATE TABLE stats_hours PARTITION OF stats_buckets FOR VALUES IN (3600) WITH (fillfactor = 70);
CREATE TABLE stats_days PARTITION OF stats_buckets FOR VALUES IN (86400) WITH (fillfactor = 70);
CREATE INDEX stats_buckets_time ON stats_buckets (bucket);

CREATE TABLE stats_samples (
  destination_id uuid NOT NULL,
  minute timestamptz NOT NULL,
  open integer NOT NULL,
  oldest_open_seconds double precision,
  PRIMARY KEY (destination_id, minute)
);
CREATE INDEX stats_samples_time ON stats_samples (minute);
`;

/** Log types that alerts had; what ingest writes. */
const LOG_TYPES = `
CREATE TABLE log_types (
  log_type text PRIMARY KEY,
  last_seen_day date NOT NULL
);
`;

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const part of [COUNTS, LOG_TYPES]) await sql.raw(part).execute(db);
}
