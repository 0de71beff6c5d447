import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type AlertItem, type DeliveryItem, LIMITS, listAlerts } from '@tocsin/contract';
import { searchTerms } from '@tocsin/store';
import { createAlertsReader } from '../src/read/read-alerts.ts';
import { createDeliveriesReader } from '../src/read/read-deliveries.ts';
import { type Committing, startCommitting } from './api-harness.ts';
import { A, B } from './scene.ts';

let scene: Committing;

interface Stored {
  id: string;
  title: string;
  name?: string;
  detection?: string;
  severity: number;
  type?: string;
  logTypes?: string[];
  tags?: string[];
  /** Seconds ago. */
  age: number;
  /** Of its delivery to A; none where it has no routing yet. */
  status?: string;
  code?: string;
}

const STORED: Stored[] = [
  {
    id: 'alert-1',
    title: 'Root login from Zürich',
    severity: 0,
    age: 10,
    status: 'failed',
    code: 'timeout',
    tags: ['prod'],
  },
  {
    id: 'alert-2',
    title: 'ROOT logout',
    name: 'Sign-out',
    severity: 4,
    age: 20,
    status: 'succeeded',
    logTypes: ['AWS.CloudTrail'],
  },
  {
    id: 'alert-3',
    title: 'Login of bob',
    detection: 'Okta.Admin.Role',
    severity: 4,
    age: 90_000,
    status: 'pending',
  },
  {
    id: 'other:4',
    title: 'Nothing',
    severity: 3,
    type: 'POLICY',
    age: 90_010,
    status: 'succeeded',
    tags: ['prod', "it's"],
  },
  { id: 'other:5', title: 'Waits to be routed', severity: 1, age: 90_020 },
  { id: 'other:6', title: 'Went nowhere', severity: 1, age: 90_030, status: 'unrouted' },
  { id: 'other:7', title: 'root 日本語 login', severity: 2, age: 90_040, status: 'retrying', code: 'tls' },
];

/** Stores as ingest and the commits do, at times of its own. */
async function store(alerts: Stored[]): Promise<void> {
  const { pool } = scene.database;
  for (const alert of alerts) {
    const {
      detection = 'Some.Rule',
      name = null,
      type = 'RULE',
      logTypes = [],
      tags = [],
      severity: severityRank,
    } = alert;
    const payload = JSON.stringify({
      id: detection,
      createdAt: '2026-07-01T07:57:12Z',
      severity: ['CRITICAL', 'HIGH', 'MEDIUM', 'LOW', 'INFO'][severityRank],
      type,
      link: 'https://tocsin.example/',
      title: alert.title,
      name,
      alertId: alert.id,
      description: 'BODY'.repeat(10),
      runbook: 'BODY',
      tags,
      version: null,
    });
    const terms = searchTerms({
      detectionId: detection,
      title: alert.title,
      name,
      severityRank,
      type,
      logTypes,
      tags,
    });
    await pool.query(
      `WITH at AS (SELECT now() - $1 * interval '1 second' AS at), stored AS (
         INSERT INTO alerts (received_day, alert_id, received_at, severity_rank, type, detection_id, title, name,
           log_types, tags, terms, payload, context, facts)
         SELECT (at AT TIME ZONE 'UTC')::date, $2, at, $3, $4, $5, $6, $7, $8, $9, array_to_tsvector($10::text[]), $11,
           '{"BODY":1}', $12 FROM at RETURNING received_day, received_at
       ), known AS (INSERT INTO alert_ids SELECT $2, received_day FROM stored), waiting AS (
         INSERT INTO alert_outbox (alert_id, received_day, received_at) SELECT $2, received_day, received_at FROM stored
         WHERE $13::text IS NULL
       ), routed AS (
         INSERT INTO routings (received_day, alert_id, received_at, rule, destination_ids, skipped, notes, open_count,
           succeeded_count, failed_count)
         SELECT received_day, $2, received_at, 'filters', '{}', '[]', '{}', ($13 IN ('pending', 'retrying'))::int,
           ($13 = 'succeeded')::int, ($13 = 'failed')::int FROM stored WHERE $13 IS NOT NULL
       ), delivered AS (
         INSERT INTO deliveries (received_day, id, received_at, alert_id, destination_id, destination_name, severity_rank,
           is_system_error, status, failure_code, attempts, queue_state, shard)
         SELECT received_day, md5($2)::uuid, received_at, $2, $14, 'first', $3, false, $13,
           CASE WHEN $13 = 'failed' THEN $15 END, 1, 'idle', 0
         FROM stored WHERE $13 <> 'unrouted' RETURNING received_day, id
       )
       INSERT INTO attempts (received_day, delivery_id, round, number, trigger, started_at, duration_ms, response_body,
         response_truncated, error_code)
       SELECT received_day, id, 1, 1, 'auto', now(), 1, convert_to('BODY' || repeat('ä', 300), 'UTF8'), false, $15
       FROM delivered WHERE $13 <> 'pending'`,
      [
        alert.age,
        alert.id,
        severityRank,
        type,
        detection,
        alert.title,
        name,
        logTypes,
        tags,
        terms,
        payload,
        JSON.stringify({ logTypes, destinations: null, outputIds: [] }),
        alert.status ?? null,
        A,
        alert.code ?? null,
      ],
    );
  }
}

beforeAll(async () => {
  scene = await startCommitting();
  await scene.ensureDaysBack(3);
  await scene.addDestination(A, 'first');
  await scene.addDestination(B, 'second');
  await store(STORED);
});
afterAll(() => scene?.close());

async function all<T>(path: string, query: string, limit: string): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | null = null;
  do {
    const page: string = cursor === null ? '' : `&cursor=${cursor}`;
    const { status, body } = await scene.get(`${path}?${query}&limit=${limit}${page}`);
    expect([query, status]).toEqual([query, 200]);
    items.push(...body.items);
    cursor = body.nextCursor;
  } while (cursor !== null);
  return items;
}

const numbersOf = (ids: string[]) => ids.map((id) => Number(id.slice(-1)));

describe.each(['1', '200'])('in pages of %s', (limit) => {
  test.each([
    ['', [1, 2, 3, 4, 5, 6, 7]],
    ['severity=CRITICAL&severity=LOW', [1, 4]],
    ['severity=INFO,HIGH', [2, 3, 5, 6]],
    ['type=POLICY', [4]],
    ['logType=AWS.CloudTrail', [2]],
    ['logType=aws.cloudtrail', []],
    ['tag=prod', [1, 4]],
    [`tag=${encodeURIComponent("it's")}`, [4]],
    ['tag=pro', []],
    ['status=failed', [1]],
    ['status=pending,routing', [3, 5, 7]],
    ['status=unrouted', [6]],
    ['status=routing', [5]],
    ['status=succeeded', [2, 4]],
    ['status=succeeded,failed', [1, 2, 4]],
    [`destinationId=${A}`, [1, 2, 3, 4, 7]],
    [`destinationId=${A}&status=succeeded&severity=LOW`, [4]],
    [`destinationId=${A}&status=pending`, [3, 7]],
    [`destinationId=${B}`, []],
    ['q=root', [1, 2, 7]],
    ['q=ROOT%20log', [1, 2, 7]],
    ['q=oot', []],
    ['q=zurich', [1]],
    ['q=Z%C3%9CRI', [1]],
    ['q=Zu%CC%88rich', [1]],
    ['q=of', [3]],
    ['q=o', []],
    ['q=%E6%97%A5', [7]],
    ['q=okta.admin', [3]],
    ['q=sign', [2]],
    ['q=alert-', [1, 2, 3]],
    ['q=other:4', [4]],
    ['q=ther:4', []],
    ['q=root&severity=CRITICAL&status=failed&tag=prod', [1]],
    ['q=root&status=succeeded', [2]],
    ['q=body', []],
    ['q=example', []],
  ])('alerts with %s', async (query, numbers) => {
    const items = await all<AlertItem>('/v1/alerts', query, limit);
    expect(numbersOf(items.map((item) => item.alertId))).toEqual(numbers);
  });

  test.each([
    ['', [1, 2, 3, 4, 7]],
    ['severity=CRITICAL', [1]],
    ['severity=INFO&status=succeeded', [2]],
    ['errorCode=timeout', [1]],
    ['errorCode=tls', [7]],
    ['errorCode=tls,timeout', [1, 7]],
    ['errorCode=tls&status=failed', []],
    ['errorCode=expired', []],
    [`errorCode=timeout&destinationId=${A}`, [1]],
    [`errorCode=tls&destinationId=${A}`, [7]],
    ['q=root', [1, 2, 7]],
    ['q=root&status=failed,retrying', [1, 7]],
    ['q=alert-3', [3]],
    ['q=example', []],
  ])('deliveries with %s', async (query, numbers) => {
    const items = await all<DeliveryItem>('/v1/deliveries', query, limit);
    expect(numbersOf(items.map((item) => item.alertId))).toEqual(numbers);
  });
});

describe('what a list is without', () => {
  test('alerts: description, runbook and context; they have counts by state', async () => {
    const { body } = await scene.get('/v1/alerts?limit=200');
    expect(JSON.stringify(body)).not.toContain('BODY');
    expect(body.items[0].counts).toEqual({ open: 0, succeeded: 0, failed: 1, cancelled: 0 });
    expect((await scene.get('/v1/alerts/alert-1')).body).toMatchObject({
      runbook: 'BODY',
      alertContext: { BODY: 1 },
    });
  });

  test('deliveries: all but the first 200 characters of the latest answer', async () => {
    const { body } = await scene.get('/v1/deliveries?q=alert-1');
    expect(body.items[0].attempts).toBeUndefined();
    expect(body.items[0].lastAttempt).toEqual({
      statusCode: null,
      responseBody: `BODY${'ä'.repeat(196)}`,
      error: { code: 'timeout', message: '' },
    });
    const alone = await scene.get(`/v1/deliveries/${body.items[0].id}`);
    expect(alone.body.attempts[0].responseBody).toBe(`BODY${'ä'.repeat(300)}`);
    const { deliveries } = (await scene.get('/v1/alerts/alert-1')).body;
    expect(deliveries[0].attempts[0].responseBody).toBe(`BODY${'ä'.repeat(196)}`);
  });
});

describe('a page is at most 1 MiB, and goes on', () => {
  const bytesOf = (body: unknown) => Buffer.byteLength(JSON.stringify(body));

  test('of alerts of 250 KB, and of alerts whose very titles are large', async () => {
    const large = Array.from(
      { length: 12 },
      (_, n): Stored => ({
        id: `large-${n}`,
        title: `${n} ${'x'.repeat(240_000)}`,
        severity: 4,
        age: 100_000 + n,
      }),
    );
    await store(large);
    const seen: string[] = [];
    let cursor = '';
    do {
      const { body } = await scene.get(`/v1/alerts?q=large-&limit=200${cursor}`);
      expect(bytesOf(body)).toBeLessThanOrEqual(LIMITS.pageBytesMax);
      seen.push(...body.items.map((item: AlertItem) => item.alertId));
      cursor = body.nextCursor === null ? '' : `&cursor=${body.nextCursor}`;
    } while (cursor !== '');
    expect(seen).toEqual(large.map(({ id }) => id));
  });

  test('of alerts for which thousands of destinations were left out or chosen, of which no more is read than a page has room for', async () => {
    const many = Array.from(
      { length: 40 },
      (_, n): Stored => ({
        id: `skipped-${n}`,
        title: 'Skipped by many',
        severity: 4,
        age: 30 + n,
        status: 'unrouted',
      }),
    );
    await store(many);
    const { db, pool } = scene.database;
    await pool.query(
      `WITH ids AS MATERIALIZED (SELECT md5('skipped ' || n)::uuid AS id FROM generate_series(1, 10000) AS n),
         lists AS MATERIALIZED (
           SELECT jsonb_agg(jsonb_build_object('destinationId', id, 'reason', 'disabled')) AS skipped,
             array_agg(id) AS chosen FROM ids)
       UPDATE routings SET skipped = CASE WHEN alert_id < 'skipped-2' THEN lists.skipped ELSE '[]' END,
         destination_ids = CASE WHEN alert_id < 'skipped-2' THEN '{}' ELSE lists.chosen END
       FROM lists WHERE alert_id LIKE 'skipped-%'`,
    );
    let bytesRead = 0;
    const counting = db.withPlugin({
      transformQuery: ({ node }) => node,
      transformResult: async ({ result }) => {
        bytesRead += Buffer.byteLength(JSON.stringify(result.rows));
        return result;
      },
    });
    const reader = createAlertsReader({ db: counting }, createDeliveriesReader(scene.database));
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      bytesRead = 0;
      const query = listAlerts.query!.parse({ q: 'skipped-', limit: '200', ...(cursor && { cursor }) });
      const { items, nextCursor } = await reader.list(query);
      expect(bytesRead).toBeLessThanOrEqual(4 * 1024 * 1024);
      expect(bytesOf(items)).toBeLessThanOrEqual(LIMITS.pageBytesMax);
      seen.push(...items.map(({ alertId }) => alertId));
      cursor = nextCursor ?? undefined;
    } while (cursor !== undefined);
    expect(seen).toEqual(many.map(({ id }) => id));
  });

  test('of an alert with 450 deliveries, each of 60 attempts with 16 KiB that grow in JSON', async () => {
    await store([{ id: 'wide', title: 'Wide', severity: 4, age: 5, status: 'failed', code: 'http_status' }]);
    const { pool } = scene.database;
    await pool.query(
      `INSERT INTO deliveries (received_day, id, received_at, alert_id, destination_id, destination_name, severity_rank,
         is_system_error, status, attempts, round, queue_state, shard)
       SELECT received_day, md5('wide ' || n)::uuid, received_at, alert_id, md5('to ' || n)::uuid, 'd', 4, false, 'failed',
         CASE WHEN n <= 40 THEN 10 ELSE 2 END, 6, 'idle', 0
       FROM alerts, generate_series(1, 450) AS n WHERE alert_id = 'wide'`,
    );
    await pool.query(
      `INSERT INTO attempts (received_day, delivery_id, round, number, trigger, started_at, duration_ms, response_body,
         response_truncated, error_code, error_message)
       SELECT d.received_day, d.id, r, n, 'resend', now(), 1, decode(repeat('01', 16384), 'hex'), true, 'http_status', 'no'
       FROM deliveries d, generate_series(1, 6) AS r, generate_series(1, 10) AS n
       WHERE d.alert_id = 'wide' AND d.round = 6
         AND (r * n < 3 OR d.id IN (SELECT md5('wide ' || x)::uuid FROM generate_series(1, 40) AS x))`,
    );
    const ids = new Set<string>();
    let cursor = '';
    let pages = 0;
    do {
      const { status, body } = await scene.get(`/v1/alerts/wide${cursor}`);
      expect(status).toBe(200);
      expect(bytesOf(body)).toBeLessThanOrEqual(LIMITS.pageBytesMax);
      expect(body.deliveries.length).toBeLessThanOrEqual(200);
      for (const delivery of body.deliveries) {
        ids.add(delivery.id);
        expect(delivery.attempts.length).toBeLessThanOrEqual(20);
      }
      pages += 1;
      cursor = body.nextCursor === null ? '' : `?cursor=${body.nextCursor}`;
    } while (cursor !== '');
    expect(ids.size).toBe(451);
    expect(pages).toBeGreaterThanOrEqual(3);

    const listed = await scene.get('/v1/deliveries?q=wide&limit=200');
    expect(bytesOf(listed.body)).toBeLessThanOrEqual(LIMITS.pageBytesMax);

    const one = listed.body.items.find((item: DeliveryItem) => item.attemptCount === 10).id;
    const attempts: [number, number][] = [];
    cursor = '';
    do {
      const { body } = await scene.get(`/v1/deliveries/${one}${cursor}`);
      expect(bytesOf(body)).toBeLessThanOrEqual(LIMITS.pageBytesMax);
      attempts.unshift(
        ...body.attempts.map(({ round, number }: { round: number; number: number }) => [round, number]),
      );
      cursor = body.nextCursor === null ? '' : `?cursor=${body.nextCursor}`;
    } while (cursor !== '');
    const expected = Array.from({ length: 60 }, (_, n) => [Math.floor(n / 10) + 1, (n % 10) + 1]);
    expect(attempts).toEqual(expected);
  });
});

describe('what cannot be looked for is refused', () => {
  test.each([
    ['q=%21%21', 'q'],
    [`q=${Array.from({ length: 11 }, (_, n) => `word${n}`).join('+')}`, 'q'],
    ['q=a%00b', 'q'],
    ['tag=%00', 'tag'],
    ['errorCode=nothing', 'errorCode[0]'],
    ['cursor=AAAA', 'cursor'],
    ['since=2026-02-30T00:00:00Z', 'since'],
    ['until=10000-01-01T00:00:00Z', 'until'],
    ['limit=1e3', 'limit'],
    ['limit=201', 'limit'],
    ['limit=', 'limit'],
  ])('%s', async (query, path) => {
    const which = path === 'errorCode[0]' ? '/v1/deliveries' : '/v1/alerts';
    const { status, body } = await scene.get(`${which}?${query}`);
    expect([query, status, body.code, body.errors[0].path]).toEqual([query, 400, 'invalid_request', path]);
  });

  test('a cursor under other filters, and of another list; but not under another time range', async () => {
    const { nextCursor } = (await scene.get('/v1/alerts?limit=1')).body;
    expect((await scene.get(`/v1/alerts?cursor=${nextCursor}&q=root`)).status).toBe(400);
    expect((await scene.get(`/v1/deliveries?cursor=${nextCursor}`)).status).toBe(400);
    expect((await scene.get(`/v1/alerts/alert-1?cursor=${nextCursor}`)).status).toBe(400);
    expect(
      (await scene.get(`/v1/alerts?cursor=${nextCursor}&since=2026-01-01T00:00:00%2B23:59`)).status,
    ).toBe(200);
  });
});
