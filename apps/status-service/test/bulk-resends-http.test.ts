import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { DEFAULT_RETRY_POLICY } from '@tocsin/contract';
import { createHttpHandler, listen, mergeHttpHandlers, type Principal } from '@tocsin/http';
import { createLifecycle, createMetrics, type Lifecycle } from '@tocsin/service';
import type { DispatchedDelivery } from '@tocsin/status-gateway';
import { checkAnswer, waitFor } from '@tocsin/testkit';
import { pino } from 'pino';
import { createReadApi, createStatusService, type StatusService } from '../src/index.ts';
import {
  alertIds,
  createOpenQueues,
  createResendHarness,
  DAYS,
  type ResendHarness,
} from './resend-harness.ts';
import { A, B } from './scene.ts';

const ID = '3f0c8f0e-2a55-4c1e-8f38-0f6d3f2a9c11';
const UNKNOWN = '9c1f8b67-51a0-4f64-9d0a-7a3b9d0c2e22';
/** Far above the age of the days that the tests use. */
const RETENTION_DAYS = 100_000;

const OPERATOR: Principal = {
  keyId: 'op',
  keyName: 'Operator',
  scopes: ['alerts:read', 'deliveries:resend'],
};
const READER: Principal = { keyId: 'ro', keyName: 'Reader', scopes: ['alerts:read'] };

const WHOLE = { status: 'failed', since: `${DAYS[0]}T00:00:00Z`, until: '2026-07-03T00:00:00Z' };

let lifecycle: Lifecycle;
let harness: ResendHarness;
let service: StatusService;
let url: string;
let lines: { msg: string; [field: string]: unknown }[];
let queued: DispatchedDelivery[];

beforeEach(async () => {
  lines = [];
  queued = [];
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  lifecycle = createLifecycle(log);
  harness = lifecycle.own('harness', await createResendHarness());
  const metrics = createMetrics('status-service');
  service = lifecycle.own(
    'status service',
    createStatusService(
      {
        database: harness.database,
        reads: harness.database,
        queues: createOpenQueues(queued),
        sendSystemAlert: async () => undefined,
        log,
        metrics,
      },
      { defaults: DEFAULT_RETRY_POLICY, shards: 1, expireDays: 7, retentionDays: RETENTION_DAYS },
    ),
  );
  const handler = createHttpHandler({
    ...mergeHttpHandlers([service, createReadApi({ reads: harness.database })]),
    service: 'status-service',
    authenticate: async (authorization) => (authorization === 'Bearer reader' ? READER : OPERATOR),
    rateLimitPerSecond: 10_000,
    log,
    metrics,
  });
  ({ url } = lifecycle.own('http server', await listen(handler, { port: 0, host: '127.0.0.1' })));
});

afterEach(async () => lifecycle?.close());

async function call(method: string, path: string, body?: unknown, key = 'operator') {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const answer = { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
  checkAnswer({ method, path, contentType: response.headers.get('content-type') ?? '', ...answer });
  return answer;
}

/** From now on, jobs are stored and nothing runs them. */
const stopLoops = () => service.close();

describe('POST /v1/resends', () => {
  beforeEach(() => harness.deliver(alertIds(6), [A, B], { end: 'failed' }));

  test('202 with `dryRun` counts, and stores nothing', async () => {
    const answer = await call('POST', '/v1/resends', { ...WHOLE, destinationId: A, dryRun: true });
    expect(answer).toEqual({ status: 202, body: { id: null, matched: 6 } });
    expect((await call('GET', '/v1/resends')).body).toEqual({ items: [] });
  });

  test('202 filters by severity and error, whatever their order', async () => {
    const filter = { severities: ['LOW', 'CRITICAL'], errorCodes: ['timeout', 'http_status'] };
    const counted = await call('POST', '/v1/resends', { ...WHOLE, ...filter, dryRun: true });
    expect(counted.body.matched).toBe(12);
    const none = { ...WHOLE, dryRun: true };
    expect((await call('POST', '/v1/resends', { ...none, severities: ['HIGH'] })).body.matched).toBe(0);
    expect((await call('POST', '/v1/resends', { ...none, errorCodes: ['expired'] })).body.matched).toBe(0);
    for (const invalid of [{ severities: [] }, { severities: ['URGENT'] }, { errorCodes: ['odd'] }])
      expect((await call('POST', '/v1/resends', { ...none, ...invalid })).status).toBe(400);
  });

  test('202 sends each delivery once, which can be watched to its end', async () => {
    const { status, body } = await call('POST', '/v1/resends', { ...WHOLE, id: ID.toUpperCase() });
    expect({ status, body }).toEqual({ status: 202, body: { id: ID, matched: 12 } });
    const done = await waitFor(async () => {
      const answer = await call('GET', `/v1/resends/${ID}`);
      return answer.body.state === 'done' && answer.body;
    });
    expect(done).toMatchObject({
      destinationId: null,
      destinationName: null,
      status: ['failed'],
      since: '2026-07-01T00:00:00.000Z',
      until: '2026-07-03T00:00:00.000Z',
      resent: 12,
      skipped: 0,
      createdBy: 'Operator (op)',
    });
    await waitFor(() => queued.length === 12);
    const audit = await harness.database.pool.query('SELECT actor, action, subject, detail FROM audit_log');
    expect(audit.rows).toMatchObject([
      { actor: 'Operator (op)', action: 'resend.started', subject: `resend/${ID}`, detail: { matched: 12 } },
    ]);
    expect(new Set(queued.map((job) => job.deliveryId)).size).toBe(12);
    expect(lines.find((line) => line.msg === 'bulk resend requested')).toMatchObject({
      resendId: ID,
      matched: 12,
      createdBy: 'Operator (op)',
    });
    expect(lines.find((line) => line.msg === 'bulk resend completed')).toMatchObject({
      resendId: ID,
      resent: 12,
    });
  });

  test('202 with the first where it is asked again, 409 where its id is used for something else', async () => {
    await stopLoops();
    const first = await call('POST', '/v1/resends', { ...WHOLE, id: ID });
    expect(await call('POST', '/v1/resends', { ...WHOLE, id: ID })).toEqual(first);
    expect(await call('POST', '/v1/resends', { ...WHOLE, status: ['failed', 'failed'] })).toEqual(first);
    const other = await call('POST', '/v1/resends', { ...WHOLE, id: ID, destinationId: A });
    expect(other).toMatchObject({ status: 409, body: { code: 'id_taken' } });
    expect(lines.filter((line) => line.msg === 'bulk resend requested')).toHaveLength(1);
  });

  test('409 for a destination that is disabled, also as a dry run', async () => {
    await harness.database.pool.query('UPDATE destinations SET enabled = false WHERE id = $1', [A]);
    for (const [dryRun, status] of [
      [true, 'failed'],
      [false, 'failed'],
      [true, 'missing'],
      [false, 'missing'],
    ]) {
      const answer = await call('POST', '/v1/resends', { ...WHOLE, destinationId: A, dryRun, status });
      expect(answer).toMatchObject({ status: 409, body: { code: 'destination_unavailable' } });
    }
  });

  test('202 with `missing` says the oldest and how many are critical beforehand, and sends them', async () => {
    await harness.database.pool.query(
      `UPDATE destinations_version SET version = version + 1;
       UPDATE destinations SET severities = '{LOW}', alert_types = '{RULE}' WHERE display_name = 'second';
       UPDATE alerts SET facts = '{"severity":"LOW","type":"RULE","logTypes":[],"destinations":null,"outputIds":[]}';
       DELETE FROM deliveries WHERE destination_id = '${B}'; UPDATE destination_health SET queued = 0;
       UPDATE routings SET failed_count = 1`,
    );
    const missing = { ...WHOLE, status: 'missing', destinationId: B };
    const counted = await call('POST', '/v1/resends', { ...missing, dryRun: true });
    const oldestReceivedAt = `${DAYS[0]}T00:00:00.000Z`;
    expect(counted.body).toEqual({ id: null, matched: 6, oldestReceivedAt, critical: 0 });
    const none = { ...missing, severities: ['CRITICAL'], dryRun: true };
    expect((await call('POST', '/v1/resends', none)).body).toEqual({
      ...{ id: null, matched: 0, oldestReceivedAt: null, critical: 0 },
    });
    const { status, body } = await call('POST', '/v1/resends', missing);
    expect({ status, body }).toEqual({ status: 202, body: { id: expect.any(String), matched: 6 } });
    const path = `/v1/resends/${body.id}`;
    const done = await waitFor(async () => {
      const answer = await call('GET', path);
      return answer.body.state === 'done' && answer.body;
    });
    expect(done).toMatchObject({ status: ['missing'], destinationId: B, resent: 6, skipped: 0 });
    expect(new Set(queued.map(({ destinationId, round }) => `${destinationId} ${round}`))).toEqual(
      new Set([`${B} 1`]),
    );
  });

  test.each([
    ['status', { ...WHOLE, destinationId: A, status: ['failed', 'missing'] }],
    ['destinationId', { ...WHOLE, status: 'missing' }],
    ['errorCodes', { ...WHOLE, destinationId: A, status: 'missing', errorCodes: ['timeout'] }],
    ['until', { ...WHOLE, until: WHOLE.since }],
    ['until', { ...WHOLE, until: '2026-07-01T01:59:59+02:00' }],
    ['since', { ...WHOLE, since: 'yesterday' }],
    ['since', { ...WHOLE, since: undefined }],
    ['status', { ...WHOLE, status: 'pending' }],
    ['status', { ...WHOLE, status: [] }],
    ['', { ...WHOLE, dryrun: true }],
  ])('400 naming %j for %j', async (path, body) => {
    const answer = await call('POST', '/v1/resends', body);
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_request', errors: [{ path }] } });
  });

  test('403 for a key that may only read', async () => {
    expect(await call('POST', '/v1/resends', WHOLE, 'reader')).toMatchObject({ status: 403 });
  });
});

describe('GET /v1/resends', () => {
  test('200 with the latest fifty, newest first, for a key that may read', async () => {
    await stopLoops();
    const ids: string[] = [];
    for (let n = 0; n < 51; n += 1) {
      const until = new Date(Date.parse(WHOLE.until) + n).toISOString();
      ids.push((await call('POST', '/v1/resends', { ...WHOLE, until })).body.id);
    }
    const { status, body } = await call('GET', '/v1/resends', undefined, 'reader');
    expect(status).toBe(200);
    expect(body.items.map(({ id }: { id: string }) => id)).toEqual(ids.slice(1).reverse());
  });

  test('names the destination, also once it was deleted', async () => {
    await stopLoops();
    await harness.database.pool.query(`UPDATE destinations SET display_name = 'Pager' WHERE id = $1`, [A]);
    const { body } = await call('POST', '/v1/resends', { ...WHOLE, destinationId: A });
    await harness.database.pool.query('UPDATE destinations SET deleted_at = now() WHERE id = $1', [A]);
    const [listed] = (await call('GET', '/v1/resends')).body.items;
    expect(listed).toMatchObject({ id: body.id, destinationId: A, destinationName: 'Pager' });
    expect((await call('GET', `/v1/resends/${body.id}`)).body).toMatchObject({ destinationName: 'Pager' });
  });

  test('404 for one that does not exist', async () => {
    expect(await call('GET', `/v1/resends/${UNKNOWN}`)).toMatchObject({ status: 404 });
  });
});

describe('DELETE /v1/resends/{id}', () => {
  test('204 stops it, and again changes nothing', async () => {
    await harness.deliver(alertIds(3), [A], { end: 'failed' });
    await stopLoops();
    await call('POST', '/v1/resends', { ...WHOLE, id: ID });
    expect(await call('DELETE', `/v1/resends/${ID}`)).toEqual({ status: 204, body: undefined });
    const cancelled = await call('GET', `/v1/resends/${ID}`);
    expect(cancelled.body).toMatchObject({ state: 'cancelled', matched: 3, resent: 0, skipped: 0 });
    expect((await call('DELETE', `/v1/resends/${ID}`)).status).toBe(204);
    expect(await call('GET', `/v1/resends/${ID}`)).toEqual(cancelled);
    const audit = await harness.database.pool.query(
      'SELECT actor, action, detail FROM audit_log ORDER BY id',
    );
    expect(audit.rows).toEqual([
      expect.objectContaining({ actor: 'Operator (op)', action: 'resend.started' }),
      { actor: 'Operator (op)', action: 'resend.cancelled', detail: { matched: 3, resent: 0 } },
    ]);
    expect(lines.filter((line) => line.msg === 'bulk resend cancelled')).toMatchObject([
      { resendId: ID, cancelledBy: 'Operator (op)' },
    ]);
  });

  test('404 for one that does not exist, 403 for a key that may only read', async () => {
    expect(await call('DELETE', `/v1/resends/${UNKNOWN}`)).toMatchObject({ status: 404 });
    expect(await call('DELETE', `/v1/resends/${UNKNOWN}`, undefined, 'reader')).toMatchObject({
      status: 403,
    });
  });
});

test('closing waits for no more than the batch under way', async () => {
  await harness.deliver(alertIds(15), [A], { end: 'failed' });
  await harness.deliver(alertIds(15, 'more'), [A], { end: 'failed', day: DAYS[1] });
  const holder = await harness.database.pool.connect();
  await holder.query('BEGIN');
  await holder.query('SELECT FROM destination_health WHERE destination_id = $1 FOR UPDATE', [A]);
  const { body } = await call('POST', '/v1/resends', WHOLE);
  await harness.blockedBy(holder);
  const closed = service.close();
  await holder.query('COMMIT');
  holder.release();
  await closed;
  const left = await call('GET', `/v1/resends/${body.id}`);
  expect(left.body).toMatchObject({ state: 'running', matched: 30, resent: 10 });
});

test('an alert is sent again to destinations whose ids are written in upper case', async () => {
  await harness.deliver(['one'], [A], { end: 'failed' });
  await harness.database.pool.query('INSERT INTO alert_ids VALUES ($1, $2)', ['one', DAYS[0]]);
  const destinationIds = [A.toUpperCase(), B.toUpperCase()];
  const answer = await call('POST', '/v1/alerts/one/resend', { destinationIds });
  expect(answer.status).toBe(202);
  const { rows } = await harness.database.pool.query(
    'SELECT destination_name AS name, round FROM deliveries ORDER BY round',
  );
  expect(rows.map(({ round }) => round)).toEqual([1, 2]);
  expect(rows.every(({ name }) => !name.includes('-'))).toBe(true);
});
