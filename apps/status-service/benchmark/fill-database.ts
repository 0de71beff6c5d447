import type { Database } from '@tocsin/store';
import { fillTerms } from '../src/reading/fill-terms.ts';

export interface FillOptions {
  alerts: number;
  /** Days of receipt, today the last. */
  days: number;
  /** Deliveries of each alert. */
  fanOut: number;
  /** How many of the newest deliveries are still pending. */
  pending: number;
}

const DESTINATIONS = 50;

const DESTINATION_ROWS = `
INSERT INTO destinations (id, display_name, url, severities, alert_types, log_types, require_log_type, headers,
  include_context, enabled, timeout_ms, retry, max_in_flight)
SELECT md5('destination ' || n)::uuid, 'Destination ' || n, 'https://example.com/', '{}', '{}', '{}', false, '[]', false,
  true, 1000, '{}', 256
FROM generate_series(0, ${DESTINATIONS - 1}) AS n`;

/**
 * Alerts number $1 to $2 of $3 over $4 days, spread evenly, the last of them now. 1 in 1,000 is CRITICAL, 1 in 2,000 a
 * POLICY; "signin" is in every title, "ransomware" in 1 of 100, "zebra" in 1 of 50,000; log types and tags go from one
 * in two to one in 10,000.
 */
const ALERT_ROWS = `
INSERT INTO alerts (received_day, alert_id, received_at, severity_rank, type, detection_id, title, name, log_types,
  payload, context, facts, tags)
SELECT (at AT TIME ZONE 'UTC')::date, id, at, rank, type, detection, title, name, logs,
  json_build_object('id', detection, 'createdAt', '2026-07-01T07:57:12Z', 'severity',
    ('{CRITICAL,HIGH,MEDIUM,LOW,INFO}'::text[])[rank + 1], 'type', type, 'link', 'https://tocsin.example.com/alerts/' || id,
    'title', title, 'name', name, 'alertId', id, 'description', repeat('What this detection looks for. ', 10), 'runbook',
    repeat('Ask the user, then lock the account. ', 10), 'tags', tags, 'version', null)::text,
  NULL, json_build_object('severity', ('{CRITICAL,HIGH,MEDIUM,LOW,INFO}'::text[])[rank + 1], 'type', type, 'logTypes',
    logs, 'destinations', NULL, 'outputIds', '{}'::text[])::text, tags
FROM (
  SELECT n, md5('alert ' || n)::uuid::text AS id, now() - ($3::bigint - n) * ($4::int * interval '1 day') / $3::bigint AS at,
    (CASE WHEN n % 1000 = 7 THEN 0 WHEN n % 50 = 3 THEN 1 WHEN n % 10 = 1 THEN 2 WHEN n % 3 = 0 THEN 3 ELSE 4 END)::smallint AS rank,
    CASE WHEN n % 2000 = 11 THEN 'POLICY' WHEN n % 7 = 2 THEN 'SCHEDULED_RULE' ELSE 'RULE' END AS type,
    'AWS.Console.Login' || n % 200 AS detection,
    'Suspicious signin of user' || n % 20000 || ' from 10.' || n % 256 || '.' || n % 7 || '.1'
      || CASE WHEN n % 100 = 31 THEN ' with ransomware' ELSE '' END || CASE WHEN n % 50000 = 77 THEN ' near zebra' ELSE '' END AS title,
    'Console login ' || n % 200 AS name,
    CASE WHEN n % 10000 = 5 THEN '{Rare.Log}' WHEN n % 2 = 0 THEN '{AWS.CloudTrail}' ELSE ARRAY['Log.Type' || n % 40] END::text[] AS logs,
    CASE WHEN n % 10000 = 9 THEN '{rare,prod}' WHEN n % 2 = 1 THEN '{prod}' ELSE ARRAY['team' || n % 60] END::text[] AS tags
  FROM generate_series($1::bigint, $2::bigint) AS n
) AS a`;

/** 1 delivery in 200 failed, 1 in 300,000 with a code that is rare, 1 in 1,000 was cancelled; the newest are pending. */
const DELIVERY_ROWS = `
INSERT INTO deliveries (received_day, id, received_at, alert_id, destination_id, destination_name, severity_rank,
  is_system_error, status, failure_code, attempts, queue_state, shard)
SELECT a.received_day, md5(a.alert_id || k)::uuid, a.received_at, a.alert_id, md5('destination ' || place)::uuid,
  'Destination ' || place, a.severity_rank, false, status,
  CASE WHEN status = 'failed' THEN CASE WHEN h % 600 = 5 THEN 'tls' WHEN h % 2 = 0 THEN 'timeout' ELSE 'http_status' END END,
  CASE status WHEN 'pending' THEN 0 ELSE 1 END, CASE status WHEN 'pending' THEN 'waiting' ELSE 'idle' END, 0
FROM alerts a
CROSS JOIN generate_series(0, $2::int - 1) AS k
CROSS JOIN LATERAL (SELECT hashtext(a.alert_id || '/' || k) & 2147483647 AS h) AS hashed
CROSS JOIN LATERAL (SELECT ((hashtext(a.alert_id) & 2147483647) % 1000 + k * 17) % ${DESTINATIONS} AS place,
  CASE WHEN a.received_at > $3::timestamptz THEN 'pending' WHEN h % 200 = 5 THEN 'failed' WHEN h % 1000 = 6 THEN 'cancelled'
    ELSE 'succeeded' END AS status) AS s
WHERE a.received_day = $1::date
ON CONFLICT DO NOTHING`;

const ROUTING_ROWS = `
INSERT INTO routings (received_day, alert_id, received_at, rule, destination_ids, skipped, notes, open_count, succeeded_count,
  failed_count, cancelled_count)
SELECT a.received_day, a.alert_id, a.received_at, 'filters', d.ids, '[]', '{}', d.open, d.succeeded, d.failed, d.cancelled
FROM alerts a JOIN (
  SELECT alert_id, array_agg(destination_id) AS ids, count(*) FILTER (WHERE status = 'pending') AS open,
    count(*) FILTER (WHERE status = 'succeeded') AS succeeded, count(*) FILTER (WHERE status = 'failed') AS failed,
    count(*) FILTER (WHERE status = 'cancelled') AS cancelled
  FROM deliveries WHERE received_day = $1::date GROUP BY alert_id
) AS d USING (alert_id) WHERE a.received_day = $1::date`;

const ATTEMPT_ROWS = `
INSERT INTO attempts (received_day, delivery_id, round, number, trigger, started_at, duration_ms, address, status_code,
  response_body, response_truncated, error_code, error_message)
SELECT received_day, id, 1, 1, 'auto', received_at, 12, '203.0.113.7', CASE status WHEN 'failed' THEN 500 ELSE 200 END,
  convert_to(CASE status WHEN 'failed' THEN repeat('no ', 500) ELSE 'ok' END, 'UTF8'), false, failure_code, failure_code
FROM deliveries WHERE received_day = $1::date AND attempts > 0`;

const STEP = 50_000;

/** Fills a migrated, empty database by SQL alone, and analyzes it as autovacuum would. */
export async function fillDatabase(
  { pool }: Pick<Database, 'pool'>,
  { alerts, days, fanOut, pending }: FillOptions,
  progress: (text: string) => void,
): Promise<void> {
  await pool.query(`SELECT ensure_partitions((now() AT TIME ZONE 'UTC')::date - $1::int, $1::int + 2)`, [
    days,
  ]);
  await pool.query(DESTINATION_ROWS);
  for (let start = 1; start <= alerts; start += STEP) {
    await pool.query(ALERT_ROWS, [start, Math.min(alerts, start + STEP - 1), alerts, days]);
    progress(`${Math.min(alerts, start + STEP - 1)} alerts`);
  }
  await pool.query(
    'INSERT INTO alert_ids (alert_id, received_day) SELECT alert_id, received_day FROM alerts',
  );
  const stored = await pool.query<{ day: string }>(
    'SELECT DISTINCT received_day::text AS day FROM alerts ORDER BY 1',
  );
  const { rows } = await pool.query<{ at: string }>(
    'SELECT received_at AS at FROM alerts ORDER BY received_at DESC OFFSET $1 LIMIT 1',
    [Math.ceil(pending / fanOut)],
  );
  for (const { day } of stored.rows) {
    await pool.query(DELIVERY_ROWS, [day, fanOut, rows[0]?.at ?? 'infinity']);
    await pool.query(ROUTING_ROWS, [day]);
    await pool.query(ATTEMPT_ROWS, [day]);
    progress(`deliveries of ${day}`);
  }
  await fillTerms({ pool });
  await pool.query('VACUUM (ANALYZE) alerts, routings, deliveries, attempts, alert_ids');
}
