import type { Database } from '@tocsin/store';
import { createRandomNumbers } from '@tocsin/testkit';
import { SAMPLE_BATCH, sampleAlert } from './sample-alerts.ts';

export interface FillOptions {
  alerts: number;
  /** Days of receipt, today the last. */
  days: number;
  destinations: number;
  /** How many of the newest deliveries are still pending. */
  pending: number;
  /** Without it, statistics are left as they are while autovacuum has not come by. */
  analyze: boolean;
  /** Seals the URL of the destination with this id. */
  sealUrl(id: string): string;
}

const TABLES = ['alerts', 'routings', 'deliveries', 'attempts', 'alert_ids'];

const ALERT_ROWS = `
INSERT INTO alerts (received_day, alert_id, received_at, severity_rank, type, detection_id, title, name, log_types, tags,
  terms, payload, context, facts)
SELECT (at AT TIME ZONE 'UTC')::date, "alertId", at, "severityRank", type, "detectionId", title, name, "logTypes", tags,
  array_to_tsvector(terms), payload, context, facts
FROM json_to_recordset($1::json) AS a("alertId" text, at timestamptz, "severityRank" smallint, type text,
  "detectionId" text, title text, name text, "logTypes" text[], tags text[], terms text[], payload text, context text,
  facts text)`;

const ids = (count: string) =>
  `SELECT md5('destination ' || n)::uuid AS id, n FROM generate_series(0, ${count} - 1) AS n`;

const DESTINATION_ROWS = `
INSERT INTO destinations (id, display_name, url_origin, sealed_url, severities, alert_types, log_types, require_log_type,
  headers, include_context, enabled, timeout_ms, retry, max_in_flight, deleted_at)
SELECT id, 'Destination ' || n, 'https://example.com', 'none', '{}', '{}', '{}', false, '[]', false, false, 1000, '{}', 256,
  CASE n WHEN 13 THEN now() END FROM (${ids('$1::int')}) AS d`;

/** From 0 up to 1, the same for the same text. */
const share = (text: string) => `((hashtext(${text}) & 2147483647) / 2147483648.0)`;

/**
 * One to six deliveries for most alerts, the first destinations much more often than the last. One in 200 failed, one in
 * 1,000 was cancelled; one destination failed for a time long ago, another is being retried; the newest are pending.
 */
const DELIVERY_ROWS = `
INSERT INTO deliveries (received_day, id, received_at, alert_id, destination_id, destination_name, severity_rank,
  is_system_error, status, failure_code, attempts, queue_state, next_attempt_at, shard, created_at, updated_at)
SELECT received_day, md5(alert_id || '/' || place)::uuid, received_at, alert_id, md5('destination ' || place)::uuid,
  'Destination ' || place, severity_rank, false, status,
  CASE WHEN status = 'failed' THEN CASE WHEN place = 7 THEN 'connection_refused' WHEN chance / 200 % 300 = 3 THEN 'tls'
    WHEN chance / 200 % 2 = 0 THEN 'timeout' ELSE 'http_status' END END,
  CASE status WHEN 'pending' THEN 0 WHEN 'failed' THEN 11 WHEN 'retrying' THEN 3 ELSE 1 END,
  CASE status WHEN 'pending' THEN 'waiting' WHEN 'retrying' THEN 'waiting' ELSE 'idle' END,
  CASE status WHEN 'retrying' THEN now() + interval '1 hour' END, 0, received_at, received_at
FROM (
  SELECT *, CASE WHEN received_at > $2::timestamptz THEN CASE place WHEN 11 THEN 'retrying' ELSE 'pending' END
    WHEN place = 7 AND old BETWEEN 0.7 AND 0.8 OR chance % 200 = 5 THEN 'failed' WHEN chance % 1000 = 6 THEN 'cancelled'
    WHEN place = 11 AND old < 0.3 THEN 'retrying' ELSE 'succeeded' END AS status
  FROM (
    SELECT DISTINCT received_day, received_at, alert_id, severity_rank,
      floor(power($3::int, ${share("alert_id || '/' || k")}))::int - 1 AS place,
      hashtext(alert_id || k) & 2147483647 AS chance,
      extract(epoch FROM now() - received_at) / extract(epoch FROM now() - $4::timestamptz) AS old
    FROM alerts CROSS JOIN LATERAL generate_series(1, floor(0.99 + 5.6 * ${share('alert_id')})::int) AS k
    WHERE received_day = $1::date
  ) AS chosen
) AS decided ON CONFLICT DO NOTHING`;

const ROUTING_ROWS = `
INSERT INTO routings (received_day, alert_id, received_at, rule, destination_ids, skipped, notes, open_count,
  succeeded_count, failed_count, cancelled_count)
SELECT a.received_day, a.alert_id, a.received_at, 'filters', coalesce(d.ids, '{}'), '[]', '{}', coalesce(d.open, 0),
  coalesce(d.succeeded, 0), coalesce(d.failed, 0), coalesce(d.cancelled, 0)
FROM alerts a LEFT JOIN (
  SELECT alert_id, array_agg(destination_id) AS ids, count(*) FILTER (WHERE status IN ('pending', 'retrying')) AS open,
    count(*) FILTER (WHERE status = 'succeeded') AS succeeded, count(*) FILTER (WHERE status = 'failed') AS failed,
    count(*) FILTER (WHERE status = 'cancelled') AS cancelled
  FROM deliveries WHERE received_day = $1::date GROUP BY alert_id
) AS d USING (alert_id) WHERE a.received_day = $1::date`;

const ATTEMPT_ROWS = `
INSERT INTO attempts (received_day, delivery_id, round, number, trigger, started_at, duration_ms, address, status_code,
  response_body, response_truncated, error_code, error_message)
SELECT received_day, id, 1, number, 'auto', received_at, 12, '203.0.113.7', CASE WHEN failed THEN 500 ELSE 200 END,
  convert_to(CASE WHEN failed THEN repeat('no ', 300) ELSE 'ok' END, 'UTF8'), false,
  CASE WHEN failed THEN coalesce(failure_code, 'http_status') END, CASE WHEN failed THEN 'It failed.' END
FROM (
  SELECT *, status IN ('failed', 'retrying') AS failed FROM deliveries CROSS JOIN LATERAL generate_series(1, attempts) AS number
  WHERE received_day = $1::date AND attempts > 0
) AS d`;

const HEALTH_ROWS = `
INSERT INTO destination_health (destination_id, waiting, succeeded, failed)
SELECT destination_id, count(*) FILTER (WHERE status IN ('pending', 'retrying')), count(*) FILTER (WHERE status = 'succeeded'),
  count(*) FILTER (WHERE status = 'failed') FROM deliveries GROUP BY 1
ON CONFLICT DO NOTHING`;

/** Counts for every minute of a day, every hour and every day, of all together and of each destination that has many. */
const COUNT_ROWS = `
INSERT INTO stats_buckets (granularity, destination_id, stripe, bucket, accepted, succeeded, failed, failed_attempts, delays)
SELECT g.seconds, d.id, stripe, date_bin(g.seconds * interval '1 second', now(), 'epoch') - step * g.seconds * interval '1 second',
  10, 30, 1, 2, array_fill(1, ARRAY[64])
FROM (VALUES (60, 1440), (3600, 720), (86400, 30)) AS g(seconds, count)
CROSS JOIN LATERAL generate_series(0, g.count - 1) AS step
CROSS JOIN (${ids('$1::int')} UNION ALL SELECT '00000000-0000-0000-0000-000000000000'::uuid, -1) AS d
CROSS JOIN LATERAL generate_series(CASE WHEN d.n < 0 THEN 1 ELSE 0 END, CASE WHEN d.n < 0 THEN 4 ELSE 0 END) AS stripe
WHERE d.n < 0 OR step % (1 + d.n) = 0
ON CONFLICT DO NOTHING`;

const AUDIT_ROWS = `
INSERT INTO audit_log (at, actor, action, subject, detail)
SELECT now() - n * interval '1 minute', 'key (Operations)', 'delivery.resent', 'delivery/' || n, '{"some": "detail"}'
FROM generate_series(1, 20000) AS n`;

const STATEMENT_ALERTS = 2_000;

/**
 * Fills a migrated, empty database: the same alerts each time, received over so many days until now, with deliveries and
 * attempts in every state. Indexes are made at the end, which takes a fraction of the time.
 */
export async function fillDatabase(
  { pool }: Pick<Database, 'pool'>,
  options: FillOptions,
  progress: (text: string) => void,
): Promise<void> {
  const { days, destinations, pending } = options;
  const { rows } = await pool.query<{ first: Date }>(
    `SELECT date_trunc('day', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' - make_interval(days => $1) AS first`,
    [days - 1],
  );
  const first = (rows[0] as { first: Date }).first;
  await pool.query('SELECT ensure_partitions($1::date, $2)', [first.toISOString().slice(0, 10), days + 3]);
  await pool.query(DESTINATION_ROWS, [destinations]);
  const stored = await pool.query<{ id: string }>('SELECT id FROM destinations');
  const sealed = stored.rows.map(({ id }) => options.sealUrl(id));
  await pool.query(
    'UPDATE destinations d SET sealed_url = s.url FROM unnest($1::uuid[], $2::text[]) AS s(id, url) WHERE d.id = s.id',
    [stored.rows.map(({ id }) => id), sealed],
  );
  const indexes = await pool.query<{ name: string; definition: string }>(
    `SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS definition FROM pg_index
     WHERE indrelid::regclass::text = ANY($1) AND NOT indisprimary`,
    [TABLES],
  );
  for (const { name } of indexes.rows) await pool.query(`DROP INDEX ${name}`);
  // Made now: while alerts are made up, nothing else has its turn, and a connection would run out of its time.
  await Promise.all(Array.from({ length: LANES }, () => pool.query('SELECT')));
  await insertAlerts(pool, options, first, progress);
  await pool.query(
    'INSERT INTO alert_ids (alert_id, received_day) SELECT alert_id, received_day FROM alerts',
  );
  const newest = await pool.query<{ at: string }>(
    `SELECT received_at::text AS at FROM alerts ORDER BY received_at DESC OFFSET $1 LIMIT 1`,
    [Math.ceil(pending / 3)],
  );
  const received = await pool.query<{ day: string }>(
    'SELECT DISTINCT received_day::text AS day FROM alerts ORDER BY 1',
  );
  await inLanes(received.rows, async ({ day }) => {
    await pool.query(DELIVERY_ROWS, [day, newest.rows[0]?.at ?? 'infinity', destinations, first]);
    await pool.query(ROUTING_ROWS, [day]);
    await pool.query(ATTEMPT_ROWS, [day]);
    progress(`deliveries of ${day}`);
  });
  await inLanes(indexes.rows, async ({ name, definition }) => {
    await pool.query(definition.replace(' ON ONLY ', ' ON '));
    progress(`index ${name}`);
  });
  await pool.query(HEALTH_ROWS);
  await pool.query(COUNT_ROWS, [destinations]);
  await pool.query(AUDIT_ROWS);
  if (options.analyze) await pool.query('VACUUM (ANALYZE)');
}

async function insertAlerts(
  pool: Database['pool'],
  { alerts }: FillOptions,
  first: Date,
  progress: (text: string) => void,
): Promise<void> {
  const random = createRandomNumbers(1);
  const span = Date.now() - first.getTime();
  const starts = Array.from({ length: Math.ceil(alerts / STATEMENT_ALERTS) }, (_, n) => n * STATEMENT_ALERTS);
  await inLanes(starts, async (start) => {
    const rows = Array.from({ length: Math.min(STATEMENT_ALERTS, alerts - start) }, (_, index) => {
      const place = start + index - ((start + index) % SAMPLE_BATCH);
      return sampleAlert(random, new Date(first.getTime() + (span * place) / alerts), 1 - place / alerts);
    });
    await pool.query(ALERT_ROWS, [JSON.stringify(rows)]);
    if (start % 100_000 === 0) progress(`${start} alerts`);
  });
}

const LANES = 4;

/** Does the same with each, several at a time and in their order. */
async function inLanes<T>(all: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
  const rest = all.values();
  await Promise.all(
    Array.from({ length: LANES }, async () => {
      for (const one of rest) await work(one);
    }),
  );
}
