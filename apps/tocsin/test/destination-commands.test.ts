import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { typing } from './run-command.ts';
import { problem } from './stub-api.ts';
import { ARCHIVE, createStubServers, lastRequest, ON_CALL, runAgainst as run } from './stub-servers.ts';

const servers = createStubServers();
const { serve } = servers;

afterEach(async () => expect(await servers.close()).toEqual([]));

describe('destinations', () => {
  test('are listed in a table, and as one document', async () => {
    const stub = await serve();
    const table = await run(stub, ['destinations', 'list']);
    expect(table).toMatchObject({ code: 0, stderr: '' });
    expect(table.stdout).toMatch(/^NAME +STATE +SINCE +P50/);
    expect(table.stdout).toMatch(/\nOn-call +healthy +2026\S+ \S+ +84 ms \/ 310 ms +1 +https:/);
    expect(table.stdout).toContain('Archive \\u001b[31m');
    const json = await run(stub, ['destinations', 'list', '--json']);
    expect(JSON.parse(json.stdout)).toEqual({ items: [ARCHIVE, ON_CALL], nextCursor: null });
  });

  test('are listed by a part of their name and by their health', async () => {
    const stub = await serve({ listDestinations: () => ({ body: { items: [], nextCursor: null } }) });
    const words = ['destinations', 'list', '--query', 'call', '--health', 'failing,degraded'];
    expect((await run(stub, words)).stderr).toContain('No destination matches.');
    expect(lastRequest(stub)?.query).toMatchObject({ q: 'call', health: ['failing', 'degraded'] });
    expect((await run(stub, ['destinations', 'list', '--health', 'ill'])).stderr).toContain(
      'healthy, degraded',
    );
  });

  test('are shown with their health in words', async () => {
    const health = {
      ...ON_CALL.health,
      state: 'degraded' as const,
      successRate: 0.9375,
      lastFailureAt: ON_CALL.updatedAt,
      lastError: { code: 'http_status', message: 'The receiver answered 500.' },
    };
    const stub = await serve({
      listDestinations: () => ({ body: { items: [{ ...ON_CALL, health }], nextCursor: null } }),
    });
    const { stdout } = await run(stub, ['destinations', 'show', 'On-call']);
    expect(stdout).toMatch(
      /\nState +degraded\n +since 2026.*; 93 % of its latest attempts succeeded, in 84 ms \/ 310 ms/,
    );
    expect(stdout).toContain('http_status: The receiver answered 500.');
    expect((await run(stub, ['destinations', 'list'])).stdout).toContain('The receiver answered 500.');
  });

  test('whose circuit is open show it in the list, and since when', async () => {
    const health = {
      ...ON_CALL.health,
      state: 'failing' as const,
      limit: 1,
      circuitOpenedAt: ON_CALL.updatedAt,
    };
    const stub = await serve({
      listDestinations: () => ({ body: { items: [{ ...ON_CALL, health }], nextCursor: null } }),
    });
    expect((await run(stub, ['destinations', 'list'])).stdout).toMatch(
      /\nOn-call +failing, circuit open +2026/,
    );
    expect((await run(stub, ['destinations', 'show', 'On-call'])).stdout).toMatch(
      /\nLimit +1 now, at most 256 \(max in flight\)\n +circuit open since 2026.+: one attempt at a time, until two in a row succeed\n/,
    );
  });

  test.each([
    [ON_CALL.updatedAt, 'no attempts of late'],
    [null, 'no attempt yet'],
  ])('with a last success at %s and no share of successes say: %s', async (lastSuccessAt, text) => {
    const health = { ...ON_CALL.health, successRate: null, lastSuccessAt };
    const stub = await serve({
      listDestinations: () => ({ body: { items: [{ ...ON_CALL, health }], nextCursor: null } }),
    });
    expect((await run(stub, ['destinations', 'show', 'On-call'])).stdout).toContain(`; ${text}\n`);
  });

  test('are listed over all pages', async () => {
    const stub = await serve({
      listDestinations: ({ query }) =>
        query.cursor === 'c1'
          ? { body: { items: [ON_CALL], nextCursor: null } }
          : { body: { items: [ARCHIVE], nextCursor: 'c1' } },
    });
    const json = await run(stub, ['destinations', 'list', '--json']);
    expect(JSON.parse(json.stdout)).toEqual({ items: [ARCHIVE, ON_CALL], nextCursor: null });
  });

  test('that are none leave standard output empty, and are an empty document', async () => {
    const stub = await serve({ listDestinations: () => ({ body: { items: [], nextCursor: null } }) });
    expect(await run(stub, ['destinations', 'list'])).toMatchObject({ code: 0, stdout: '' });
    const json = await run(stub, ['destinations', 'list', '--json']);
    expect(json.stdout).toBe('{"items":[],"nextCursor":null}\n');
  });

  test('are shown by id and by name', async () => {
    const stub = await serve();
    const byName = await run(stub, ['destinations', 'show', 'On-call']);
    expect(byName.stdout).toMatch(/^Name +On-call\nId +b383e752/);
    expect(byName.stdout).toMatch(/\nRetries +10 retries, first after 5\.0 s, then × 3, at most 6 h\n/);
    const byId = await run(stub, ['destinations', 'show', ON_CALL.id, '--json']);
    expect(JSON.parse(byId.stdout)).toEqual(ON_CALL);
  });

  test('that do not exist are exit code 1, with no output', async () => {
    const stub = await serve();
    const byName = await run(stub, ['destinations', 'show', 'Nope']);
    expect(byName).toMatchObject({ code: 1, stdout: '' });
    expect(byName.stderr).toContain('No destination has the display name or id "Nope"');
    const byId = await run(stub, ['destinations', 'show', '00000000-0000-4000-8000-000000000000']);
    expect(byId).toMatchObject({ code: 1, stdout: '', stderr: 'tocsin: No such destination.\n' });
  });

  test('are added with every setting', async () => {
    const stub = await serve({ createDestination: () => ({ body: ON_CALL }) });
    const secret = `whsec_${Buffer.alloc(32).toString('base64')}`;
    const words = ['destinations', 'add', '--name', 'On-call', '--url', 'https://hooks.example.com/page'];
    words.push(
      '--severity',
      'high,critical',
      '--type',
      'rule',
      '--log-type',
      'AWS.CloudTrail',
      '--log-type',
      'A,B',
    );
    words.push('--require-log-type', '--header', 'X-Team: sec: ops', '--secret', secret, '--include-context');
    words.push('--timeout', '5000', '--retries', '3', '--retry-base', '100', '--retry-factor', '1.5');
    words.push(
      '--retry-ceiling',
      '60000',
      '--rate-limit',
      '0.5',
      '--max-in-flight',
      '8',
      '--disabled',
      '--id',
      ON_CALL.id,
    );
    const result = await run(stub, words);
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(result.stdout).toMatch(/^added\nName +On-call/);
    expect(lastRequest(stub)?.body).toEqual({
      id: ON_CALL.id,
      displayName: 'On-call',
      url: 'https://hooks.example.com/page',
      severities: ['HIGH', 'CRITICAL'],
      alertTypes: ['RULE'],
      logTypes: ['AWS.CloudTrail', 'A,B'],
      requireLogType: true,
      headers: [{ name: 'X-Team', value: 'sec: ops' }],
      signingSecret: secret,
      includeContext: true,
      timeoutMs: 5_000,
      retry: { maxRetries: 3, baseDelayMs: 100, factor: 1.5, maxDelayMs: 60_000 },
      rateLimitPerSecond: 0.5,
      maxInFlight: 8,
      enabled: false,
      paused: false,
    });
  });

  test('are added with a secret made here, which is shown once', async () => {
    const stub = await serve({
      createDestination: () => ({ body: { ...ON_CALL, signingSecret: '********' } }),
    });
    const words = ['destinations', 'add', '--name', 'a', '--url', 'https://x.example', '--generate-secret'];
    const result = await run(stub, [...words, '--json']);
    const { signingSecret } = JSON.parse(result.stdout);
    expect(signingSecret).toMatch(/^whsec_/);
    expect(JSON.parse(lastRequest(stub)?.text ?? '').signingSecret).toBe(signingSecret);
    expect((await run(stub, words)).stdout).toMatch(/shown only now: whsec_/);
  });

  test('are added from a file with several, up to the one that is refused', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'tocsin-add-'));
    const file = path.join(folder, 'destinations.json');
    const bodies = ['a', 'b', 'c'].map((displayName) => ({ displayName, url: 'https://x.example' }));
    await writeFile(file, JSON.stringify(bodies));
    const stub = await serve({
      createDestination: ({ body }) =>
        (body as { displayName: string }).displayName === 'b'
          ? problem('display_name_taken', 'The name "b" is taken.')
          : { body: { ...ON_CALL, displayName: 'a' } },
    });
    const result = await run(stub, ['destinations', 'add', '--file', file, '--json']);
    await rm(folder, { recursive: true });
    expect(result.code).toBe(1);
    expect(JSON.parse(result.stdout).items).toMatchObject([{ displayName: 'a' }]);
    expect(JSON.parse(result.stderr)).toMatchObject({ error: { code: 'display_name_taken', status: 409 } });
    expect(stub.requests).toHaveLength(2);
  });

  test('that the server refuses are explained field by field', async () => {
    const refusal = problem('invalid_request', 'The destination is invalid.');
    Object.assign(refusal.body as object, {
      errors: [{ path: 'url', message: 'must not be a private address' }],
    });
    const stub = await serve({ createDestination: () => refusal });
    const result = await run(stub, ['destinations', 'add', '--name', 'a', '--url', 'http://10.0.0.1']);
    expect(result).toMatchObject({ code: 1, stdout: '' });
    expect(result.stderr).toBe('tocsin: The destination is invalid.\n  url: must not be a private address\n');
  });

  test.each([
    [['add'], 'needs --name and --url'],
    [['add', '--name', 'a'], 'needs --name and --url'],
    [['add', '--name', 'a', '--file', 'x'], 'either in --file or as options'],
    [['add', '--name', 'a', '--url', 'b', '--severity', 'urgent'], 'Choose from CRITICAL'],
    [['add', '--name', 'a', '--url', 'b', '--header', 'nope'], '"Name: value"'],
    [['edit', 'On-call'], 'Nothing to change'],
    [['edit', 'On-call', '--enable', '--disable'], 'either --enable or --disable'],
  ])('%j is wrong usage: exit code 1', async (words, why) => {
    const stub = await serve();
    const result = await run(stub, ['destinations', ...words]);
    expect(result).toMatchObject({ code: 1, stdout: '' });
    expect(result.stderr).toContain(why);
  });

  test('are changed only where something is named; other headers keep their values', async () => {
    const stub = await serve({ updateDestination: () => ({ body: ON_CALL }) });
    const words = [
      'destinations',
      'edit',
      'On-call',
      '--disable',
      '--header',
      'X-New: 1',
      '--no-include-context',
    ];
    const result = await run(stub, [
      ...words,
      '--severity',
      'none',
      '--remove-secret',
      '--rate-limit',
      'none',
    ]);
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(lastRequest(stub)).toMatchObject({ endpoint: 'updateDestination', params: { id: ON_CALL.id } });
    expect(lastRequest(stub)?.body).toEqual({
      enabled: false,
      includeContext: false,
      severities: [],
      signingSecret: null,
      rateLimitPerSecond: null,
      headers: [{ name: 'X-Team' }, { name: 'X-New', value: '1' }],
    });
  });

  test('are changed from standard input', async () => {
    const stub = await serve({ updateDestination: () => ({ body: ON_CALL }) });
    await run(stub, ['destinations', 'edit', ON_CALL.id, '--file', '-'], { stdin: '{"enabled": true}' });
    expect(lastRequest(stub)?.body).toEqual({ enabled: true });
  });

  test('are paused and resumed by name or id, several at once; the list says which are paused', async () => {
    const paused = { ...ON_CALL, paused: true, health: { ...ON_CALL.health, state: 'paused' as const } };
    const stub = await serve({
      updateDestination: () => ({ body: paused }),
      listDestinations: () => ({ body: { items: [paused], nextCursor: null } }),
    });
    const result = await run(stub, ['destinations', 'pause', 'On-call', ON_CALL.id]);
    const line = `paused On-call (${ON_CALL.id})\n`;
    expect(result).toEqual({ code: 0, stdout: line + line, stderr: '' });
    expect(lastRequest(stub)?.body).toEqual({ paused: true });
    expect((await run(stub, ['destinations', 'list'])).stdout).toMatch(/\nOn-call +paused /);
    const json = await run(stub, ['destinations', 'resume', 'On-call', '--json']);
    expect(JSON.parse(json.stdout)).toEqual({ items: [paused] });
    expect(lastRequest(stub)?.body).toEqual({ paused: false });
  });

  test('that are paused up to one that is not there are printed', async () => {
    const stub = await serve({ updateDestination: () => ({ body: ON_CALL }) });
    const result = await run(stub, ['destinations', 'pause', 'On-call', 'Nope', '--json']);
    expect(result.code).toBe(1);
    expect(JSON.parse(result.stdout).items).toMatchObject([{ id: ON_CALL.id }]);
    expect(result.stderr).toContain('Nope');
  });

  test('are tested: exit code 0 for a success, 2 for a failure', async () => {
    const good = { success: true, statusCode: 200, responseBody: 'ok\u0007', durationMs: 34, error: null };
    const stub = await serve({ testDestination: () => ({ body: good }) });
    const result = await run(stub, ['destinations', 'test', 'On-call']);
    expect(result).toEqual({
      code: 0,
      stdout: 'succeeded  status 200  in 34 ms\nresponse:\n  ok\\u0007\n',
      stderr: '',
    });
    const error = { code: 'connection_refused', message: 'Nothing listens there.' };
    const bad = { success: false, statusCode: null, responseBody: null, durationMs: 3, error };
    const other = await serve({ testDestination: () => ({ body: bad }) });
    const failed = await run(other, ['destinations', 'test', ON_CALL.id]);
    expect(failed).toMatchObject({
      code: 2,
      stdout: 'failed  in 3 ms\n  connection_refused: Nothing listens there.\n',
    });
    const json = await run(other, ['destinations', 'test', ON_CALL.id, '--json']);
    expect(json.code).toBe(2);
    expect(JSON.parse(json.stdout)).toEqual(bad);
  });

  test('get a new secret', async () => {
    const body = { signingSecret: 'whsec_new', previousSignsUntil: '2026-07-02T08:00:00.000Z' };
    const stub = await serve({ rotateSecret: () => ({ body }) });
    const result = await run(stub, ['destinations', 'rotate-secret', 'On-call']);
    expect(result.stdout).toBe(
      'Signing secret, shown only now: whsec_new\nThe previous secret also signs until 2026-07-02 08:00:00Z.\n',
    );
  });

  test('are removed by name', async () => {
    const stub = await serve({ deleteDestination: () => ({}) });
    const result = await run(stub, ['destinations', 'rm', 'On-call', '--json']);
    expect(JSON.parse(result.stdout)).toEqual({ id: ON_CALL.id, displayName: 'On-call', deleted: true });
    expect(lastRequest(stub)).toMatchObject({ endpoint: 'deleteDestination', params: { id: ON_CALL.id } });
  });

  test('stay where the question is answered with no, and JSON says that too', async () => {
    const stub = await serve();
    const terminal = { columns: 80, stdin: typing('n\n') };
    const result = await run(stub, ['destinations', 'rm', 'On-call', '--json'], terminal);
    expect(result.code).toBe(1);
    expect(JSON.parse(result.stdout)).toEqual({ id: ON_CALL.id, displayName: 'On-call', deleted: false });
    expect(stub.requests.map(({ endpoint }) => endpoint)).not.toContain('deleteDestination');
  });
});

test('a terminal gets colours and a table of its width; NO_COLOR takes the colours away', async () => {
  const stub = await serve();
  const colourful = await run(stub, ['destinations', 'list'], { columns: 110 });
  expect(colourful.stdout).toContain('\u001b[32mhealthy');
  const plain = await run(stub, ['destinations', 'list'], { columns: 110, env: { NO_COLOR: '1' } });
  expect(plain.stdout).not.toContain('\u001b');
  expect(Math.max(...plain.stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(150);
  expect(plain.stdout).toContain('…');
});
