import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { ADMIN_KEY, createStorage, startTocsin, type TestStorage, type Tocsin } from './tocsin-process.ts';

const GOOD = {
  id: 'Rule.One',
  createdAt: '2026-07-01T07:57:12Z',
  severity: 'HIGH',
  type: 'RULE',
  title: 'One',
};
const DESTINATION = { displayName: 'Bad input', url: 'https://hooks.example.com/in' };
const JSON_TYPE = 'application/json';
const NDJSON = 'application/x-ndjson';

let storage: TestStorage;
let tocsin: Tocsin;
let database: pg.Client;

beforeAll(async () => {
  storage = await createStorage('postgres');
  tocsin = await startTocsin({ ...storage.env, TOCSIN_EGRESS_ALLOW: '' });
  database = new pg.Client({ connectionString: storage.env.DATABASE_URL });
  await database.connect();
});

afterAll(async () => {
  await database?.end();
  await tocsin?.process.stop();
  await storage?.remove();
});

/** Rows of everything that a request could have stored. */
async function stored(): Promise<Record<string, number>> {
  const { rows } = await database.query(
    `SELECT (SELECT count(*)::int FROM alerts) AS alerts, (SELECT count(*)::int FROM alert_ids) AS ids,
       (SELECT count(*)::int FROM destinations) AS destinations, (SELECT count(*)::int FROM api_keys) AS keys,
       (SELECT count(*)::int FROM audit_log) AS audit`,
  );
  return rows[0];
}

interface Sent {
  method?: string;
  path?: string;
  body?: string | Buffer;
  type?: string | null;
  headers?: Record<string, string>;
}

async function send({ method = 'POST', path = '/v1/alerts', body, type = JSON_TYPE, headers = {} }: Sent) {
  const response = await fetch(`${tocsin.url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${ADMIN_KEY}`,
      ...(type === null ? {} : { 'content-type': type }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : new Uint8Array(body) }),
  });
  return {
    status: response.status,
    type: response.headers.get('content-type'),
    problem: (await response.json()) as any,
  };
}

let before: Record<string, number>;
beforeEach(async () => {
  before = await stored();
});

async function expectRefused(sent: Sent, status: number, code: string): Promise<any> {
  const answer = await send(sent);
  expect([answer.status, answer.problem.code]).toEqual([status, code]);
  expect(answer.type).toBe('application/problem+json');
  expect(answer.problem).toMatchObject({
    type: expect.any(String),
    title: expect.any(String),
    status,
    detail: expect.any(String),
  });
  expect(await stored()).toEqual(before);
  return answer.problem;
}

const json = (value: unknown) => JSON.stringify(value);
const deep = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;

describe('a lone alert', () => {
  test.each<[string, object]>([
    ['without id', { ...GOOD, id: undefined }],
    ['with null for its title', { ...GOOD, title: null }],
    ['with a number for its id', { ...GOOD, id: 7 }],
    ['with an unknown severity', { ...GOOD, severity: 'URGENT' }],
    ['with an unknown type', { ...GOOD, type: 'RUMOUR' }],
    ['with a date that does not exist', { ...GOOD, createdAt: '2026-02-30T00:00Z' }],
    ['with a time without offset', { ...GOOD, createdAt: '2026-07-01T07:57:12' }],
    ['with a dot for its alertId', { ...GOOD, alertId: '.' }],
    ['with a slash in its alertId', { ...GOOD, alertId: 'a/b' }],
    ['with an alertId of 129 characters', { ...GOOD, alertId: 'a'.repeat(129) }],
    ['with tags that are no list', { ...GOOD, tags: 'one' }],
    ['with a tag that is no text', { ...GOOD, tags: [1] }],
    ['with log types that are no texts', { ...GOOD, logTypes: [{}] }],
    ['with destinations that are no list', { ...GOOD, destinations: 'all' }],
    ['with a list for its context', { ...GOOD, alertContext: [] }],
    ['that is a list of nothing', []],
  ])('%s is refused, its field named', async (_, alert) => {
    const problem = await expectRefused({ body: json(alert) }, 400, 'invalid_alert');
    if (!Array.isArray(alert))
      expect(problem.errors[0]).toEqual({ path: expect.any(String), message: expect.any(String) });
  });

  test.each(['null', '7', '"text"', 'true'])('that is %s is refused', async (body) => {
    await expectRefused({ body }, 400, 'invalid_alert');
  });

  test('whose context nests too deeply is refused', async () => {
    await expectRefused(
      { body: json(GOOD).replace('}', `,"alertContext":${deep(5_000)}}`) },
      400,
      'invalid_alert',
    );
  });

  test('of more than 256 KiB is too large', async () => {
    await expectRefused(
      { body: json({ ...GOOD, description: 'x'.repeat(256 * 1024) }) },
      413,
      'alert_too_large',
    );
  });
});

describe('a body', () => {
  test.each<[string, Sent]>([
    ['cut off', { body: '{"id":' }],
    ['empty', { body: '' }],
    ['not UTF-8', { body: Buffer.from([0x22, 0xff, 0x22]) }],
    ['said to be gzip and is not', { body: 'plain', headers: { 'content-encoding': 'gzip' } }],
  ])('that is %s is malformed', async (_, sent) => {
    await expectRefused(sent, 400, 'malformed_body');
  });

  test.each<[string, Sent]>([
    ['of another type', { body: json(GOOD), type: 'text/plain' }],
    ['of a form', { body: 'id=1', type: 'application/x-www-form-urlencoded' }],
    ['in another charset', { body: json(GOOD), type: 'application/json; charset=utf-16' }],
    ['in an unknown encoding', { body: json(GOOD), headers: { 'content-encoding': 'br' } }],
  ])('%s is not taken', async (_, sent) => {
    await expectRefused(sent, 415, 'unsupported_media_type');
  });

  test('of more than 10 MiB is too large, also when it is that only after decompression', async () => {
    const body = Buffer.alloc(11 * 1024 * 1024, ' ');
    await expectRefused({ body }, 413, 'request_too_large');
    await expectRefused(
      { body: gzipSync(body), headers: { 'content-encoding': 'gzip' } },
      413,
      'request_too_large',
    );
  });

  test.each([
    ['an array', JSON_TYPE, json(Array(1_001).fill(GOOD))],
    ['NDJSON', NDJSON, `${json(GOOD)}\n`.repeat(1_001)],
  ])('of 1,001 alerts as %s is too many', async (_, type, body) => {
    await expectRefused({ body, type }, 413, 'too_many_alerts');
  });

  test('with nothing valid in it is refused as a whole', async () => {
    await expectRefused({ body: json([{ ...GOOD, severity: 'X' }, 7]) }, 400, 'invalid_alert');
    await expectRefused({ body: `nope\n${json({})}\n`, type: NDJSON }, 400, 'invalid_alert');
    await expectRefused({ body: '\n\n', type: NDJSON }, 400, 'invalid_alert');
  });
});

test('a batch with bad lines among good ones stores exactly the good ones, and tells each its fate', async () => {
  const good = (alertId: string) => json({ ...GOOD, alertId });
  const lines = [
    Buffer.from(good('good-1')),
    Buffer.from('not json'),
    Buffer.from(''),
    Buffer.from(json({ ...GOOD, alertId: 'bad-1', severity: 'X' })),
    Buffer.concat([Buffer.from('{"id":"'), Buffer.from([0xff]), Buffer.from('"}')]),
    Buffer.from(good('good-2')),
    Buffer.from(good('good-1')),
    Buffer.from(json({ ...GOOD, alertId: 'bad-2', description: 'x'.repeat(300_000) })),
  ];
  const body = Buffer.concat(lines.flatMap((line) => [line, Buffer.from('\n')]));
  const { status, problem: summary } = await send({ body, type: NDJSON });
  expect(status).toBe(202);
  expect(summary).toMatchObject({ accepted: 2, duplicates: 1, rejected: 4 });
  expect(
    summary.results.map(({ index, alertId, status: fate, error }: any) => [
      index,
      alertId,
      fate,
      error?.code,
    ]),
  ).toEqual([
    [0, 'good-1', 'accepted', undefined],
    [1, null, 'rejected', 'malformed_body'],
    [2, 'bad-1', 'rejected', 'invalid_alert'],
    [3, null, 'rejected', 'malformed_body'],
    [4, 'good-2', 'accepted', undefined],
    [5, 'good-1', 'duplicate', undefined],
    [6, 'bad-2', 'rejected', 'alert_too_large'],
  ]);
  const { rows } = await database.query('SELECT alert_id FROM alerts ORDER BY alert_id');
  expect(rows.map((row) => row.alert_id)).toEqual(['good-1', 'good-2']);
});

describe('a destination', () => {
  test.each<[string, object, string]>([
    ['without a name', { displayName: undefined }, 'displayName'],
    ['with a blank name', { displayName: '  ' }, 'displayName'],
    ['with a name of 101 characters', { displayName: 'x'.repeat(101) }, 'displayName'],
    ['without a URL', { url: undefined }, 'url'],
    ['at a private address', { url: 'http://10.0.0.1/' }, 'url'],
    ['at the loopback in hex', { url: 'http://0x7f000001/' }, 'url'],
    ['with userinfo', { url: 'https://user:secret@example.com/' }, 'url'],
    ['of another scheme', { url: 'ftp://example.com/' }, 'url'],
    ['at a port that browsers block', { url: 'https://example.com:25/' }, 'url'],
    ['with an unknown severity', { severities: ['URGENT'] }, 'severities'],
    ['with no alert type', { alertTypes: [] }, 'alertTypes'],
    ['with eleven retries', { retry: { maxRetries: 11 } }, 'retry.maxRetries'],
    ['with a base below 10 ms', { retry: { baseDelayMs: 9 } }, 'retry.baseDelayMs'],
    ['with a factor below 1', { retry: { factor: 0.5 } }, 'retry.factor'],
    ['with a deadline of 31 s', { timeoutMs: 31_000 }, 'timeoutMs'],
    ['with a forbidden header', { headers: [{ name: 'Host', value: 'a' }] }, 'headers'],
    ['with a header of ours', { headers: [{ name: 'webhook-id', value: 'a' }] }, 'headers'],
    ['with a line break in a header', { headers: [{ name: 'X-A', value: 'a\r\nX-B: c' }] }, 'headers'],
    ['with a space in a header’s name', { headers: [{ name: 'X A', value: 'a' }] }, 'headers'],
    [
      'with a short signing secret',
      { signingSecret: `whsec_${Buffer.alloc(23).toString('base64')}` },
      'signingSecret',
    ],
    ['with an unknown key', { severitys: [] }, ''],
  ])('%s is refused at its field', async (_, change, path) => {
    const body = json({ ...DESTINATION, ...change });
    const problem = await expectRefused({ path: '/v1/destinations', body }, 400, 'invalid_request');
    expect(problem.errors.some((error: any) => error.path.startsWith(path))).toBe(true);
    expect(json(problem)).not.toContain('user:secret');
  });
});

describe('a request', () => {
  test.each<[string, Sent, number, string]>([
    ['to a path that is not there', { method: 'GET', path: '/v1/nothing', type: null }, 404, 'not_found'],
    [
      'with a method that a path does not have',
      { method: 'DELETE', path: '/v1/alerts', type: null },
      405,
      'method_not_allowed',
    ],
    [
      'for an alert that is not there',
      { method: 'GET', path: '/v1/alerts/none', type: null },
      404,
      'not_found',
    ],
    [
      'for an alert with an id that no alert has',
      { method: 'GET', path: '/v1/alerts/a%00b', type: null },
      400,
      'invalid_request',
    ],
    [
      'for a delivery by a text',
      { method: 'GET', path: '/v1/deliveries/x', type: null },
      400,
      'invalid_request',
    ],
    [
      'with an unknown filter',
      { method: 'GET', path: '/v1/alerts?sevrity=LOW', type: null },
      400,
      'invalid_request',
    ],
    [
      'with a filter’s unknown value',
      { method: 'GET', path: '/v1/alerts?severity=X', type: null },
      400,
      'invalid_request',
    ],
    ['with a limit of 0', { method: 'GET', path: '/v1/alerts?limit=0', type: null }, 400, 'invalid_request'],
    [
      'with a cursor that was made up',
      { method: 'GET', path: '/v1/alerts?cursor=abc', type: null },
      400,
      'invalid_request',
    ],
    [
      'with a time before 1970',
      { method: 'GET', path: '/v1/alerts?since=0000-01-01T00:00:00Z', type: null },
      400,
      'invalid_request',
    ],
    [
      'with U+0000 in a filter',
      { method: 'GET', path: '/v1/alerts?q=%00', type: null },
      400,
      'invalid_request',
    ],
    [
      'that resends nothing that exists',
      { path: '/v1/deliveries/0b6f2c1e-0c5b-4f0e-9a57-3a1f6f0d0001/resend', type: null },
      404,
      'not_found',
    ],
  ])('%s is answered with its problem', async (_, sent, status, code) => {
    await expectRefused(sent, status, code);
  });

  test('without a key, with a wrong one, or with a made-up one is 401', async () => {
    for (const authorization of ['', 'Bearer tcs_admin_wrong', 'Bearer nonsense', 'Basic YTpi']) {
      await expectRefused({ body: json(GOOD), headers: { authorization } }, 401, 'unauthorized');
    }
  });

  test('with a key that lacks the scope is 403', async () => {
    const { body } = await tocsin.api('POST', '/v1/api-keys', { name: 'reader', scopes: ['alerts:read'] });
    before = await stored();
    await expectRefused(
      { body: json(GOOD), headers: { authorization: `Bearer ${body.key}` } },
      403,
      'forbidden',
    );
  });
});
