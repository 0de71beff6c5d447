import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { DEFAULT_RETRY_POLICY, LIMITS, MASK } from '@tocsin/contract';
import { type Control, pathsOf, startControl } from './control.ts';
import { SIGNING_SECRET } from './sample.ts';

let control: Control;
beforeAll(async () => {
  control = await startControl();
});
afterAll(() => control.close());

const URL_OF_HOOK = 'http://127.0.0.1:8081/hook';
let counter = 0;
/** A destination as a request creates it, under a name of its own. */
function draft(changes: object = {}) {
  counter += 1;
  return { displayName: `Destination ${counter}`, url: URL_OF_HOOK, ...changes };
}
const create = (changes: object = {}) => control.call('POST', '/v1/destinations', draft(changes));

describe('POST /v1/destinations', () => {
  test('201: only name and URL are required, the rest has defaults', async () => {
    const { status, body } = await create({ displayName: 'Only the least' });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      displayName: 'Only the least',
      url: URL_OF_HOOK,
      severities: ['CRITICAL', 'HIGH', 'MEDIUM', 'LOW', 'INFO'],
      logTypes: [],
      headers: [],
      signingSecret: null,
      enabled: true,
      retry: DEFAULT_RETRY_POLICY,
      maxInFlight: 256,
      health: { succeeded: 0, waiting: 0, lastSuccessAt: null },
    });
    expect(body.alertTypes).toHaveLength(8);
    expect(await control.call('GET', `/v1/destinations/${body.id}`)).toMatchObject({ status: 200, body });
  });

  test('201: keeps an id that the client chose, in lower case', async () => {
    const id = 'ABCDEF00-0000-4000-8000-00000000000A';
    const headers = [{ name: 'X-Api-Key', value: 'sealed-to-the-id' }];
    expect((await create({ id, headers })).body.id).toBe(id.toLowerCase());
    expect((await control.call('GET', `/v1/destinations/${id}`)).status).toBe(200);
    expect((await control.directory.current()).byId.get(id.toLowerCase())).toMatchObject({ headers });
  });

  test('201: masks secrets and stores them sealed', async () => {
    const headers = [{ name: 'X-Api-Key', value: 'header-canary' }];
    const { body } = await create({ headers, signingSecret: SIGNING_SECRET });
    expect(body.headers).toEqual([{ name: 'X-Api-Key', value: MASK }]);
    expect(body.signingSecret).toBe(MASK);
    const { rows } = await control.database.pool.query('SELECT * FROM destinations, audit_log');
    expect(JSON.stringify(rows)).not.toMatch(/header-canary|whsec_/);
    const stored = (await control.directory.current()).byId.get(body.id);
    expect(stored).toMatchObject({ headers, signingSecret: SIGNING_SECRET });
  });

  test.each([
    ['no name', { displayName: undefined }, ['displayName']],
    ['a name that is too long', { displayName: 'x'.repeat(101) }, ['displayName']],
    ['a forbidden address', { url: 'http://169.254.169.254/' }, ['url']],
    ['userinfo', { url: 'http://a:b@127.0.0.1/' }, ['url']],
    ['an empty list of alert types', { alertTypes: [] }, ['alertTypes']],
    ['an eleventh retry', { retry: { maxRetries: 11 } }, ['retry.maxRetries']],
    ['a short signing secret', { signingSecret: 'whsec_AAAA' }, ['signingSecret']],
    ['headers that may not be set', { headers: [{ name: 'Host', value: 'x' }] }, ['headers[0].name']],
    ['the mask for a header', { headers: [{ name: 'X-K', value: MASK }] }, ['headers[0].value']],
    ['U+0000 in a log type', { logTypes: ['a\u0000'] }, ['logTypes[0]']],
    ['a key that does not exist', { colour: 'red' }, ['']],
  ])('400: %s', async (_, changes, paths) => {
    const answer = await create(changes);
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    expect(pathsOf(answer)).toEqual(paths);
  });

  test('409: a display name is taken, whatever its case', async () => {
    await create({ displayName: 'Pager Équipe' });
    expect(await create({ displayName: 'pager équipe' })).toMatchObject({
      status: 409,
      body: { code: 'display_name_taken' },
    });
  });

  test('409: an id is taken', async () => {
    const { id } = (await create()).body;
    expect(await create({ id })).toMatchObject({ status: 409, body: { code: 'id_taken' } });
  });

  test('of ten at once with one name, one is made', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => create({ displayName: 'Race' })));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(9).fill(409)]);
  });

  test('nothing of what was refused is stored, and the version stays', async () => {
    const before = await control.directory.current();
    await create({ displayName: 'race' });
    await create({ url: 'nonsense' });
    expect((await control.directory.current()).version).toBe(before.version);
  });
});

describe('PATCH /v1/destinations/{id}', () => {
  test('200: changes what it names, and nothing else', async () => {
    const { body: before } = await create({ logTypes: ['AWS.ALB'], retry: { maxRetries: 2, factor: 2 } });
    const patch = { enabled: false, retry: { factor: 1.5 }, rateLimitPerSecond: 0.5 };
    const { status, body } = await control.call('PATCH', `/v1/destinations/${before.id}`, patch);
    expect(status).toBe(200);
    expect(body).toEqual({
      ...before,
      enabled: false,
      retry: { ...DEFAULT_RETRY_POLICY, maxRetries: 2, factor: 1.5 },
      rateLimitPerSecond: 0.5,
      health: { ...before.health, state: 'disabled', since: body.health.since },
      updatedAt: body.updatedAt,
    });
  });

  test('200: what an answer showed can be sent back as it is', async () => {
    const headers = [{ name: 'X-Api-Key', value: 'stored' }];
    const { body } = await create({ headers, signingSecret: SIGNING_SECRET });
    const { id, health: _, createdAt: __, updatedAt: ___, ...shown } = body;
    expect((await control.call('PATCH', `/v1/destinations/${id}`, shown)).status).toBe(200);
    expect((await control.directory.current()).byId.get(id)).toMatchObject({
      headers,
      signingSecret: SIGNING_SECRET,
    });
  });

  test('200: a header without a value keeps the one it has, and null removes the signing secret', async () => {
    const { body } = await create({
      headers: [
        { name: 'X-Api-Key', value: 'stored' },
        { name: 'X-Old', value: 'goes' },
      ],
      signingSecret: SIGNING_SECRET,
    });
    const headers = [{ name: 'X-New', value: 'comes' }, { name: 'x-api-key' }];
    const answer = await control.call('PATCH', `/v1/destinations/${body.id}`, {
      headers,
      signingSecret: null,
    });
    expect(answer.body.signingSecret).toBeNull();
    expect((await control.directory.current()).byId.get(body.id)).toMatchObject({
      headers: [
        { name: 'X-New', value: 'comes' },
        { name: 'x-api-key', value: 'stored' },
      ],
      signingSecret: null,
    });
  });

  test('200: an empty change changes nothing', async () => {
    const { body } = await create();
    const { version } = await control.directory.current();
    expect(await control.call('PATCH', `/v1/destinations/${body.id}`, {})).toMatchObject({
      status: 200,
      body,
    });
    expect((await control.directory.current()).version).toBe(version);
  });

  test('400: every fault at its place, those of kept headers too', async () => {
    const { body } = await create();
    const headers = [{ name: 'X-Unknown' }, { name: 'Content-Length', value: '1' }];
    const answer = await control.call('PATCH', `/v1/destinations/${body.id}`, {
      headers,
      url: 'http://10.0.0.1/',
    });
    expect(answer.status).toBe(400);
    expect(pathsOf(answer)).toEqual(['headers[0].value', 'url', 'headers[1].name']);
  });

  test('409: another has the name; its own in another case is fine', async () => {
    const { body } = await create({ displayName: 'Mine' });
    await create({ displayName: 'Yours' });
    const rename = (displayName: string) =>
      control.call('PATCH', `/v1/destinations/${body.id}`, { displayName });
    expect(await rename('YOURS')).toMatchObject({ status: 409, body: { code: 'display_name_taken' } });
    expect(await rename('MINE')).toMatchObject({ status: 200, body: { displayName: 'MINE' } });
  });
});

describe('DELETE /v1/destinations/{id}', () => {
  test('204: it is gone, its name is free, its id is not, its row stays without secrets', async () => {
    const headers = [{ name: 'X-Api-Key', value: 'stored' }];
    const { body } = await create({ displayName: 'Leaving', headers, signingSecret: SIGNING_SECRET });
    const path = `/v1/destinations/${body.id}`;
    expect((await control.call('DELETE', path)).status).toBe(204);
    for (const method of ['GET', 'DELETE']) expect((await control.call(method, path)).status).toBe(404);
    expect((await control.call('PATCH', path, { enabled: true })).status).toBe(404);
    expect((await control.call('POST', `${path}/test`)).status).toBe(404);
    expect((await control.call('POST', `${path}/rotate-secret`)).status).toBe(404);
    expect((await control.directory.current()).byId.has(body.id)).toBe(false);
    expect((await create({ displayName: 'Leaving' })).status).toBe(201);
    expect(await create({ id: body.id })).toMatchObject({ status: 409, body: { code: 'id_taken' } });
    const { rows } = await control.database.pool.query('SELECT * FROM destinations WHERE id = $1', [body.id]);
    expect(rows[0]).toMatchObject({ display_name: 'Leaving', headers: [], signing_secret: null });
  });

  test.each(['not-an-id', '%00', `${'a'.repeat(300)}`])('400: /v1/destinations/%s is no id', async (id) => {
    expect((await control.call('DELETE', `/v1/destinations/${id}`)).status).toBe(400);
  });
});

describe('GET /v1/destinations', () => {
  test('200: pages by display name without regard to case, each destination once', async () => {
    const names = [
      'list b',
      'List A',
      'LIST c',
      'list "d"',
      'list é',
      'list 中文 📟',
      '📟'.repeat(100),
      '📠',
    ];
    for (const displayName of names) await create({ displayName });
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const query: string = cursor === '' ? '' : `&cursor=${cursor}`;
      const { body } = await control.call('GET', `/v1/destinations?limit=1${query}`);
      expect(body.items).toHaveLength(1);
      seen.push(...body.items.map((item: { displayName: string }) => item.displayName));
      cursor = body.nextCursor;
    }
    const { body: whole } = await control.call('GET', '/v1/destinations?limit=1000');
    expect(seen).toEqual(whole.items.map((item: { displayName: string }) => item.displayName));
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toEqual(expect.arrayContaining(names));
  });

  test.each(['cursor=zz', 'cursor=', 'limit=0', 'limit=1001', 'limit=x', 'cursor=AA'])(
    '400: ?%s',
    async (query) => {
      expect((await control.call('GET', `/v1/destinations?${query}`)).status).toBe(400);
    },
  );

  test('200: shows what the status service recorded', async () => {
    const { body } = await create();
    await control.database.db
      .insertInto('destination_health')
      .values({
        destination_id: body.id,
        waiting: 5,
        queued: 2,
        delayed: 1,
        succeeded: 7,
        failed: 3,
        consecutive_failures: 4,
        last_failure_at: new Date('2026-07-01T00:00:00Z'),
        last_error_code: 'timeout',
        last_error_message: 'No answer within 10 s.',
      })
      .execute();
    const since = new Date(Date.now() + 1_000);
    await control.database.db
      .insertInto('health_states')
      .values({
        destination_id: body.id,
        state: 'failing',
        since,
        success_rate: 0.3,
        response_p50_ms: 84,
        response_p95_ms: null,
      })
      .execute();
    expect((await control.call('GET', `/v1/destinations/${body.id}`)).body.health).toEqual({
      state: 'failing',
      since: since.toISOString(),
      successRate: 0.3,
      responseP50Ms: 84,
      responseP95Ms: null,
      lastError: { code: 'timeout', message: 'No answer within 10 s.' },
      undelivered: 8,
      limit: 4,
      circuitOpenedAt: null,
      heldUntil: null,
      succeeded: 7,
      failed: 3,
      waiting: 5,
      queued: 3,
      consecutiveFailures: 4,
      lastSuccessAt: null,
      lastFailureAt: '2026-07-01T00:00:00.000Z',
    });
    for (const [held, isHeld] of [
      ["now() + interval '1 hour'", true],
      ["now() - interval '1 second'", false],
    ] as const) {
      await control.database.pool.query(
        `UPDATE destination_health SET held_until = ${held} WHERE destination_id = $1`,
        [body.id],
      );
      const { health } = (await control.call('GET', `/v1/destinations/${body.id}`)).body;
      expect(health.heldUntil !== null && Date.parse(health.heldUntil) > Date.now()).toBe(isHeld);
    }
  });

  test('200: of the states of health that are asked for; what is paused or disabled has no other', async () => {
    const make = async (state: 'healthy' | 'degraded' | 'failing' | null, changes: object = {}) => {
      const { id, displayName } = (await create(changes)).body;
      if (state === null) return displayName;
      await control.database.pool.query(
        `INSERT INTO health_states (destination_id, state, since, success_rate) VALUES ($1, $2, now(), 0.5)`,
        [id, state],
      );
      return displayName;
    };
    const named = (text: string) => ({ displayName: `Judged ${text}` });
    await make(null, named('new'));
    await make('healthy', named('good'));
    await make('degraded', named('so-so'));
    await make('failing', named('bad'));
    await make('failing', { ...named('resting'), paused: true });
    await make('failing', { ...named('off'), paused: true, enabled: false });
    const names = async (health: string) =>
      (await control.call('GET', `/v1/destinations?q=judged&health=${health}`)).body.items.map(
        (item: { displayName: string }) => item.displayName.replace('Judged ', ''),
      );
    expect(await names('healthy')).toEqual(['good', 'new']);
    expect(await names('failing,degraded')).toEqual(['bad', 'so-so']);
    expect(await names('paused')).toEqual(['resting']);
    expect(await names('disabled')).toEqual(['off']);
    const { body } = await control.call('GET', '/v1/destinations?health=failing&limit=1000');
    expect(body.items.every((item: { health: { state: string } }) => item.health.state === 'failing')).toBe(
      true,
    );
    expect((await control.call('GET', '/v1/destinations?health=ill')).status).toBe(400);
  });
});

describe('a change', () => {
  test('is announced, and succeeds where it cannot be announced', async () => {
    const before = control.notices.count;
    const { body } = await create();
    control.notices.fault = new Error('nobody there');
    expect((await control.call('PATCH', `/v1/destinations/${body.id}`, { enabled: false })).status).toBe(200);
    control.notices.fault = null;
    await control.call('DELETE', `/v1/destinations/${body.id}`);
    expect(control.notices.count).toBe(before + 3);
    expect(control.lines.join()).toContain('nobody there');
  });
});

test('409: there are as many destinations as there may be', async () => {
  await control.database.pool.query(
    `INSERT INTO destinations (id, display_name, url_origin, sealed_url, severities, alert_types, log_types, require_log_type, headers,
       include_context, enabled, timeout_ms, retry, max_in_flight)
     SELECT gen_random_uuid(), 'filler ' || n, 'http://127.0.0.1', 'sealed', '{}', '{RULE}', '{}', false, '[]', false, false,
       10000, '{}', 256
     FROM generate_series(1, $1 - (SELECT count(*) FROM destinations WHERE deleted_at IS NULL)) AS n`,
    [LIMITS.destinationsMax],
  );
  expect(await create()).toMatchObject({ status: 409, body: { code: 'limit_reached' } });
  const { body } = await control.call('GET', '/v1/destinations?limit=1');
  await control.call('DELETE', `/v1/destinations/${body.items[0].id}`);
  expect((await create()).status).toBe(201);
});
