import { afterEach, describe, expect, test } from '@jest/globals';
import type { ProblemCode } from '@tocsin/contract';
import { typing } from './run-command.ts';
import { itemOf, sampleAlert, sampleAlertDetail, sampleDelivery } from './sample-views.ts';
import { problem } from './stub-api.ts';
import { ARCHIVE, createStubServers, lastRequest, ON_CALL, runAgainst as run } from './stub-servers.ts';

const servers = createStubServers();
const { serve } = servers;

afterEach(async () => expect(await servers.close()).toEqual([]));

describe('alerts', () => {
  const { deliveries: _, ...alert } = sampleAlertDetail({ title: 'Evil \u001b[2J\ntitle' });

  test('are listed by every filter', async () => {
    const stub = await serve({ listAlerts: () => ({ body: { items: [alert], nextCursor: 'c9' } }) });
    const words = [
      'alerts',
      'list',
      '--severity',
      'high',
      '--severity',
      'low',
      '--type',
      'RULE',
      '--status',
      'failed,pending',
    ];
    words.push(
      '--log-type',
      'Okta.SystemLog',
      '--destination',
      'On-call',
      '--since',
      '24h',
      '--query',
      'okta',
      '--limit',
      '1',
    );
    const result = await run(stub, words);
    expect(result.code).toBe(0);
    expect(result.stdout).toContain('Evil \\u001b[2J\\ntitle');
    expect(result.stderr).toContain('--cursor c9');
    expect(lastRequest(stub)?.query).toEqual({
      limit: 1,
      severity: ['HIGH', 'LOW'],
      type: ['RULE'],
      status: ['failed', 'pending'],
      logType: 'Okta.SystemLog',
      destinationId: ON_CALL.id,
      since: '2026-06-30T08:00:00.000Z',
      q: 'okta',
    });
  });

  test('are fetched page by page up to --limit, and all with --all', async () => {
    let page = 0;
    const stub = await serve({
      listAlerts: ({ query }) => {
        page += 1;
        const items = Array.from({ length: Number(query.limit) }, () => alert);
        return { body: { items, nextCursor: page === 4 ? null : `c${page}` } };
      },
    });
    const limited = await run(stub, ['alerts', 'list', '--limit', '250', '--json']);
    expect(JSON.parse(limited.stdout).items).toHaveLength(250);
    expect(JSON.parse(limited.stdout).nextCursor).toBe('c2');
    expect(stub.requests.map(({ query }) => [query.limit, query.cursor])).toEqual([
      [200, undefined],
      [50, 'c1'],
    ]);
    const rest = await run(stub, ['alerts', 'list', '--all', '--cursor', 'c2', '--json']);
    expect(JSON.parse(rest.stdout)).toMatchObject({ nextCursor: null });
    expect(JSON.parse(rest.stdout).items).toHaveLength(400);
  });

  test('are shown with decision, deliveries and attempts', async () => {
    const stub = await serve({ getAlert: () => ({ body: sampleAlertDetail() }) });
    const result = await run(stub, ['alerts', 'show', 'A-17']);
    expect(result.stdout).toMatch(/^Okta admin role assigned\nAlert +A-17\nStatus +pending/);
    expect(result.stdout).toContain(
      "It went to one destination, by each destination's filters:\n    On-call (b383",
    );
    expect(result.stdout).toContain('On-call  retrying, next attempt in 45 s');
    expect(result.stdout).toMatch(/1\.1 +auto +2026-07-01 08:00:00Z +12 ms +503 +203\.0\.113\.7/);
    expect(result.stdout).toContain('come back \\u001b[31mlater\n');
    const json = await run(stub, ['alerts', 'show', 'A-17', '--json']);
    expect(JSON.parse(json.stdout)).toEqual(sampleAlertDetail());
  });

  test('are shown also with a key that may not read destinations', async () => {
    const stub = await serve({
      getAlert: () => ({ body: sampleAlertDetail({ deliveries: [] }) }),
      listDestinations: () => problem('forbidden', 'No.'),
    });
    const result = await run(stub, ['alerts', 'show', 'A-17']);
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(result.stdout).toContain(ON_CALL.id);
  });
});

describe('deliveries', () => {
  test('are listed and shown', async () => {
    const stub = await serve({
      listDeliveries: () => ({ body: { items: [itemOf(sampleDelivery())], nextCursor: null } }),
      getDelivery: () => ({ body: sampleDelivery() }),
    });
    const list = await run(stub, ['deliveries', 'list', '--status', 'retrying', '--destination', ON_CALL.id]);
    expect(list.stdout).toMatch(
      /\n4f1c2b1e\S+ +retrying +1 +503 +in 45 s +On-call +Okta admin role assigned +A-17\n$/,
    );
    expect(lastRequest(stub)?.query).toEqual({ limit: 50, status: ['retrying'], destinationId: ON_CALL.id });
    const show = await run(stub, ['deliveries', 'show', sampleDelivery().id]);
    expect(show.stdout).toMatch(/^On-call {2}retrying, next attempt in 45 s/);
    expect(show.stdout).toMatch(/\nAlert +Okta admin role assigned\nAlert id +A-17\nSeverity +HIGH\n/);
  });

  test.each([
    ['destination_disabled', 'once enabled', 'waits for its destination to be enabled'],
    ['destination_limit', 'at the limit', 'waits for room within its destination’s limit'],
    ['worker', 'due', 'waits for a worker'],
  ] as const)('that wait for %s say so', async (waitingFor, cell, words) => {
    const delivery = sampleDelivery({ status: 'pending', waitingFor });
    const stub = await serve({
      listDeliveries: () => ({ body: { items: [itemOf(delivery)], nextCursor: null } }),
      getDelivery: () => ({ body: delivery }),
    });
    const list = await run(stub, ['deliveries', 'list']);
    expect(list.stdout).toMatch(new RegExp(` pending +1 +503 +${cell} +On-call`));
    const show = await run(stub, ['deliveries', 'show', delivery.id]);
    expect(show.stdout).toMatch(new RegExp(`^On-call {2}pending, ${words} `));
  });

  test('are resent one by one; one that is refused is exit code 2', async () => {
    const other = '5f1c2b1e-5a46-4a0f-9a43-5f6d0f1c2b1e';
    const stub = await serve({
      resendDelivery: ({ params }) =>
        params.id === other
          ? problem('delivery_in_progress', 'It is under way.')
          : { body: sampleDelivery({ round: 2 }) },
    });
    const words = ['deliveries', 'resend', other, sampleDelivery().id];
    const result = await run(stub, words);
    expect(result.code).toBe(2);
    expect(result.stdout).toContain(`resending  ${sampleDelivery().id}  to On-call, round 2`);
    expect(result.stdout).toContain(`refused    ${other}  It is under way.`);
    const json = await run(stub, [...words, '--json']);
    expect(JSON.parse(json.stdout)).toMatchObject({
      deliveries: [{ round: 2 }],
      refused: [{ id: other, error: { code: 'delivery_in_progress' } }],
    });
  });

  test('of an alert are resent, to destinations by name', async () => {
    const stub = await serve({
      resendAlert: () => ({ body: { deliveries: [sampleDelivery({ round: 2 })] } }),
    });
    expect(await run(stub, ['deliveries', 'resend', '--alert', 'A-17'])).toMatchObject({ code: 0 });
    expect(lastRequest(stub)).toMatchObject({ params: { alertId: 'A-17' }, body: {} });
    await run(stub, ['deliveries', 'resend', '--alert', 'A-17', '--to', 'On-call']);
    expect(lastRequest(stub)?.body).toEqual({ destinationIds: [ON_CALL.id] });
  });

  test.each<[ProblemCode, string]>([
    ['delivery_in_progress', 'It is under way.'],
    ['destination_unavailable', 'It is disabled.'],
    ['not_found', 'There is no such alert.'],
  ])(
    'of an alert that are refused (%s) are reported like those by id, with exit code 2',
    async (code, detail) => {
      const stub = await serve({ resendAlert: () => problem(code, detail) });
      const words = ['deliveries', 'resend', '--alert', 'A-17'];
      const result = await run(stub, words);
      expect(result).toEqual({ code: 2, stdout: `refused    A-17  ${detail}\n`, stderr: '' });
      const json = await run(stub, [...words, '--json']);
      expect(json).toMatchObject({ code: 2, stderr: '' });
      expect(JSON.parse(json.stdout)).toMatchObject({
        deliveries: [],
        refused: [{ id: 'A-17', error: { code } }],
      });
    },
  );

  test('of an alert are not reported as refused where the key may not resend', async () => {
    const stub = await serve({ resendAlert: () => problem('forbidden', 'No.') });
    const result = await run(stub, ['deliveries', 'resend', '--alert', 'A-17', '--json']);
    expect(result).toMatchObject({ code: 1, stdout: '' });
  });

  test('that are refused for a field say which', async () => {
    const problemOf = problem('invalid_request', 'The path is invalid.');
    const body = { ...(problemOf.body as object), errors: [{ path: 'id', message: 'must be a UUID' }] };
    const stub = await serve({ resendDelivery: () => ({ ...problemOf, body }) });
    const { stdout } = await run(stub, ['deliveries', 'resend', sampleDelivery().id]);
    expect(stdout).toBe(`refused    ${sampleDelivery().id}  The path is invalid. id: must be a UUID\n`);
  });

  test('have help that says what a resend does in each state', async () => {
    const { stdout } = await run(await serve(), ['deliveries', 'resend', '--help']);
    expect(stdout).toContain('One that waits for its retry is made due now instead, in the same round.');
    expect(stdout).toMatch(/prints how many succeeded, are still open, and failed/);
    expect(stdout).not.toMatch(/Only deliveries that/);
  });

  test.each([[[]], [['--to', 'x']], [['id', '--alert', 'A-1']]])('%j is wrong usage', async (words) => {
    const result = await run(await serve(), ['deliveries', 'resend', ...words]);
    expect(result).toMatchObject({ code: 1, stdout: '' });
  });
});

describe('a routing preview', () => {
  const decision = {
    rule: 'filters',
    destinationIds: [ON_CALL.id],
    skipped: [{ destinationId: ARCHIVE.id, reason: 'disabled' }],
    notes: [],
  };

  test('is shown in words, with names', async () => {
    const stub = await serve({ previewRoute: () => ({ body: decision }) });
    const result = await run(stub, ['route', '-', '--explain'], { stdin: JSON.stringify(sampleAlert()) });
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(result.stdout).toBe(
      [
        "It would go to one destination, by each destination's filters:",
        `  On-call (${ON_CALL.id})`,
        'Left out:',
        `  Archive \\u001b[31m (${ARCHIVE.id}): disabled`,
        '',
      ].join('\n'),
    );
    expect(stub.requests[0]).toMatchObject({ endpoint: 'previewRoute', query: { explain: true } });
  });

  test('is the decision itself with --json', async () => {
    const stub = await serve({ previewRoute: () => ({ body: decision }) });
    const result = await run(stub, ['route', '-', '--json'], { stdin: JSON.stringify(sampleAlert()) });
    expect(JSON.parse(result.stdout)).toEqual(decision);
    expect(stub.requests).toMatchObject([{ query: { explain: false } }]);
  });

  test.each([
    [
      'a list',
      '[{"a":1}]',
      '`tocsin route` takes one alert, a JSON object; this is a list, which `tocsin send` takes.',
    ],
    [
      'NDJSON',
      '{"a":1}\n{"a":2}\n',
      'Standard input is not one JSON value: it holds several, one a line (NDJSON), which `tocsin send` takes',
    ],
    ['nothing', ' \n', 'Standard input is empty.'],
    [
      'gzip',
      Buffer.from([0x1f, 0x8b, 8, 0]),
      'standard input is compressed with gzip; unpack it on the way: gzip -dc FILE | tocsin … -.',
    ],
  ])('of %s says what is wanted instead', async (_, stdin, message) => {
    const stub = await serve();
    const result = await run(stub, ['route', '-'], { stdin });
    expect(result).toEqual({ code: 1, stdout: '', stderr: `tocsin: ${message}\n` });
    expect(stub.requests).toEqual([]);
  });

  test('of something that is not JSON is exit code 1', async () => {
    const result = await run(await serve(), ['route', '-'], { stdin: '{' });
    expect(result).toMatchObject({ code: 1, stdout: '' });
    expect(result.stderr).toMatch(/^tocsin: Standard input is not one JSON value/);
  });
});

describe('API keys', () => {
  const key = {
    id: 'k1',
    name: 'ci',
    scopes: ['alerts:write'],
    createdAt: '2026-07-01T08:00:00.000Z',
    revokedAt: null,
  };

  test('are listed', async () => {
    const other = { ...key, id: 'k2' };
    const stub = await serve({
      listApiKeys: ({ query }) =>
        query.cursor === undefined
          ? { body: { items: [key], nextCursor: 'bmV4dA' } }
          : { body: { items: [other], nextCursor: null } },
    });
    expect((await run(stub, ['keys', 'list'])).stdout).toMatch(
      /\nk1 +ci +alerts:write +2026-07-01 08:00:00Z +never\nk2 +ci .*\n$/,
    );
    const { stdout } = await run(stub, ['keys', 'list', '--json']);
    expect(JSON.parse(stdout)).toEqual({ items: [key, other], nextCursor: null });
  });

  test('are made; the key stands alone on standard output', async () => {
    const stub = await serve({ createApiKey: () => ({ body: { ...key, key: 'tcs_k1_secret' } }) });
    const result = await run(stub, ['keys', 'create', 'ci', '--scope', 'alerts:write,alerts:read']);
    expect(result).toMatchObject({ code: 0, stdout: 'tcs_k1_secret\n' });
    expect(lastRequest(stub)?.body).toEqual({ name: 'ci', scopes: ['alerts:write', 'alerts:read'] });
  });

  test('are revoked', async () => {
    const stub = await serve({ revokeApiKey: () => ({}) });
    expect(await run(stub, ['keys', 'revoke', 'k1'])).toMatchObject({ code: 0, stdout: 'revoked k1\n' });
    expect(lastRequest(stub)).toMatchObject({ endpoint: 'revokeApiKey', params: { id: 'k1' } });
  });

  test('are kept where the question is answered with no, and JSON says that too', async () => {
    const stub = await serve();
    const result = await run(stub, ['keys', 'revoke', 'k1', '--json'], { columns: 80, stdin: typing('n\n') });
    expect(result.code).toBe(1);
    expect(JSON.parse(result.stdout)).toEqual({ id: 'k1', revoked: false });
    expect(stub.requests).toEqual([]);
  });
});
