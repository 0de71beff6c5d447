import { PassThrough } from 'node:stream';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { BulkResend, BulkResendProgress } from '@tocsin/contract';
import { sampleResend } from './sample-views.ts';
import { problem, type StubApi, type StubHandlers } from './stub-api.ts';
import { ARCHIVE, createStubServers, ON_CALL, runAgainst as run } from './stub-servers.ts';

const servers = createStubServers();

afterEach(async () => expect(await servers.close()).toEqual([]));

const ALL_SUCCEEDED = '1,234 succeeded, 0 still open, 0 failed\n';
const SINCE = ['deliveries', 'resend', '--since', '24h'];

/** A server with so many matches, where a bulk resend is seen as these views one after another. */
function serve(matched: number, views: Partial<BulkResendProgress>[] = [], handlers: StubHandlers = {}) {
  let seen = 0;
  return servers.serve({
    createResend: ({ body }) => {
      const { dryRun, id } = body as RequestBody;
      return { body: { id: dryRun ? null : id, matched } };
    },
    getResend: ({ params }) => {
      const view = views[Math.min(seen, views.length - 1)];
      seen += 1;
      return { body: sampleResend({ ...view, id: params.id as string }) };
    },
    ...handlers,
  });
}

interface RequestBody {
  id: string;
  dryRun: boolean;
}

/** What was requested, dry runs left out. */
const requested = (stub: StubApi) =>
  stub.requests
    .filter(({ endpoint }) => endpoint === 'createResend')
    .map(({ body }) => body as RequestBody)
    .filter(({ dryRun }) => !dryRun);

/** The id of the last request. */
const requestedId = (stub: StubApi) => requested(stub).at(-1)?.id as string;

const terminal = () => Object.assign(new PassThrough(), { isTTY: true });

describe('a bulk resend', () => {
  test('is only counted with --dry-run, by every filter', async () => {
    const stub = await serve(1_234);
    const words = [...SINCE, '--until', '2026-07-01T07:00:00Z', '--status', 'failed,cancelled', '--dry-run'];
    const filters = ['--destination', 'On-call', '--severity', 'high,critical', '--error', 'timeout,dns'];
    const result = await run(stub, [...words, ...filters]);
    expect(result).toEqual({
      code: 0,
      stdout:
        '1,234 failed or cancelled deliveries to "On-call" of HIGH or CRITICAL alerts, failed by timeout or dns, received from 2026-06-30 08:00:00Z until 2026-07-01 07:00:00Z would be resent\n',
      stderr: '',
    });
    expect(stub.requests.at(-1)?.body).toEqual({
      destinationId: ON_CALL.id,
      status: ['cancelled', 'failed'],
      severities: ['HIGH', 'CRITICAL'],
      errorCodes: ['timeout', 'dns'],
      since: '2026-06-30T08:00:00.000Z',
      until: '2026-07-01T07:00:00.000Z',
      dryRun: true,
    });
    const json = await run(stub, [...words, '--json']);
    expect(json).toEqual({ code: 0, stdout: '{"id":null,"matched":1234}\n', stderr: '' });
    expect(requested(stub)).toEqual([]);
  });

  test('of what a destination lacks says the oldest alert and how many are critical before it asks', async () => {
    const counted = { matched: 3, oldestReceivedAt: '2026-06-30T09:00:00.000Z', critical: 2 };
    const stub = await serve(3, [{ status: ['missing'], matched: 3, resent: 3 }], {
      createResend: ({ body }) => {
        const { dryRun, id } = body as RequestBody;
        return { body: dryRun ? { id: null, ...counted } : { id, matched: 3 } };
      },
    });
    const words = [...SINCE, '--status', 'missing', '--destination', 'On-call', '--severity', 'critical,low'];
    const { stdout } = await run(stub, [...words, '--dry-run']);
    expect(stdout).toBe(
      '3 missing alerts to "On-call" of CRITICAL or LOW severity, received from 2026-06-30 08:00:00Z until 2026-07-01 08:00:00Z, the oldest received 2026-06-30 09:00:00Z, 2 CRITICAL would be resent\n',
    );
    const json = await run(stub, [...words, '--dry-run', '--json']);
    expect(JSON.parse(json.stdout)).toEqual({ id: null, ...counted });
    expect((await run(stub, words)).stdout).toContain('resent 3 of 3 deliveries');
    expect(requested(stub)).toMatchObject([
      { status: ['missing'], destinationId: ON_CALL.id, dryRun: false },
    ]);
  });

  test.each([
    [
      { matched: 31_000, atLeast: true, oldestReceivedAt: '2026-06-30T09:00:00.000Z', critical: 12 },
      /^at least 31,000 missing alerts .+, at least 12 CRITICAL \(counting stopped after 5 s\) would be resent\n$/,
    ],
    [
      { matched: 0, atLeast: true, oldestReceivedAt: null, critical: 0 },
      /^missing alerts to "On-call", .+ \(none found in 5 s; there may be some\) would be resent\n$/,
    ],
  ])('of what a destination lacks says where counting stopped early (%#)', async (counted, text) => {
    const stub = await serve(0, [], { createResend: () => ({ body: { id: null, ...counted } }) });
    const words = [...SINCE, '--status', 'missing', '--destination', 'On-call', '--dry-run'];
    expect((await run(stub, words)).stdout).toMatch(text);
  });

  test('to a destination that is paused says so before it asks', async () => {
    const paused = () => ({ body: { ...ON_CALL, paused: true } });
    const stub = await serve(3, [], { getDestination: paused });
    const { stderr } = await run(stub, [...SINCE, '--destination', ON_CALL.id, '--dry-run']);
    expect(stderr).toBe('The destination is paused: nothing is sent until it is resumed.\n');
  });

  test('of nothing is not requested', async () => {
    const stub = await serve(0);
    const result = await run(stub, SINCE);
    expect(result.code).toBe(0);
    expect(result.stdout).toMatch(/^Nothing to resend: 0 failed deliveries, received from/);
    expect((await run(stub, [...SINCE, '--json'])).stdout).toBe('{"id":null,"matched":0}\n');
    expect(requested(stub)).toEqual([]);
  });

  test('takes what failed until now, and is watched to its end', async () => {
    const stub = await serve(1_234, [{ state: 'running', resent: 500 }, {}]);
    const result = await run(stub, SINCE);
    expect(result).toEqual({
      code: 0,
      stdout: `resent 1,234 of 1,234 deliveries\n${ALL_SUCCEEDED}`,
      stderr: '',
    });
    expect(requested(stub)).toEqual([
      {
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        status: ['failed'],
        since: '2026-06-30T08:00:00.000Z',
        until: '2026-07-01T08:00:00.000Z',
        dryRun: false,
      },
    ]);
    const looks = stub.requests.filter(({ endpoint }) => endpoint === 'getResend');
    expect(looks.map(({ params }) => params.id)).toEqual(Array(2).fill(requestedId(stub)));
  });

  test('is watched until its deliveries are over, and says what they came to', async () => {
    const outcome = (open: number, failed: number) => ({
      outcome: { queued: 9, succeeded: 9 - open - failed, open, failed },
      matched: 9,
      resent: 9,
    });
    const stub = await serve(9, [outcome(9, 0), outcome(2, 1), outcome(0, 2)]);
    const result = await run(stub, SINCE);
    expect(result).toEqual({
      code: 2,
      stdout: 'resent 9 of 9 deliveries\n7 succeeded, 0 still open, 2 failed\n',
      stderr: '',
    });
  });

  test('whose deliveries stay open says how to follow them, with Ctrl-C at once', async () => {
    const ctrlC = new AbortController();
    const stub = await serve(3, [], {
      getResend: ({ params }) => {
        ctrlC.abort();
        const outcome = { queued: 3, succeeded: 1, open: 2, failed: 0 };
        return { body: sampleResend({ id: params.id as string, matched: 3, resent: 3, outcome }) };
      },
    });
    const { code, stdout } = await run(stub, SINCE, { stop: ctrlC.signal });
    expect(code).toBe(0);
    expect(stdout).toMatch(
      new RegExp(
        `^resent 3 of 3 deliveries\\n1 succeeded, 2 still open, 0 failed\\n {2}tocsin resends show ${requestedId(stub)} `,
      ),
    );
  });

  test('is one document with --json', async () => {
    const stub = await serve(1_234, [{ state: 'running', resent: 1 }, {}]);
    const { code, stdout } = await run(stub, [...SINCE, '--json'], { columns: 100 });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual(sampleResend({ id: requestedId(stub) }));
  });

  test('has a progress bar on a terminal', async () => {
    const stub = await serve(1_234, [{ state: 'running', resent: 500, skipped: 117 }, {}]);
    const { stdout, stderr } = await run(stub, SINCE, { columns: 120, env: { NO_COLOR: '1' } });
    expect(stderr).toContain('50%  500 of 1,234 resent, 117 skipped');
    expect(stdout).toBe(`resent 1,234 of 1,234 deliveries\n${ALL_SUCCEEDED}`);
  });

  test.each<[string, Partial<BulkResend>, RegExp]>([
    ['passed something over', { resent: 1_000, skipped: 234 }, /^resent 1,000 of 1,234 .*\n234 skipped: /],
    [
      'was cancelled',
      { state: 'cancelled', resent: 500 },
      /^cancelled after 500 of 1,234 deliveries\n1,234 succeeded, /,
    ],
  ])('that %s is exit code 2', async (_, end, text) => {
    const result = await run(await serve(1_234, [end]), SINCE);
    expect(result).toMatchObject({ code: 2, stdout: expect.stringMatching(text), stderr: '' });
  });

  test.each([
    ['n\n', 1, 0],
    ['y\n', 0, 1],
  ])('is asked about on a terminal: %j', async (answer, code, times) => {
    const stub = await serve(2, [{ matched: 2, resent: 2 }]);
    const stdin = terminal();
    stdin.write(answer);
    const result = await run(stub, [...SINCE, '--destination', ON_CALL.id], { stdin, columns: 120 });
    expect(result.code).toBe(code);
    expect(result.stderr).toContain(`Resend 2 failed deliveries to "${ON_CALL.id}", received from`);
    expect(requested(stub)).toHaveLength(times);
  });

  test('is not asked about with --yes', async () => {
    const stub = await serve(1, [{ matched: 1, resent: 1 }]);
    const result = await run(stub, [...SINCE, '--yes'], { stdin: terminal(), columns: 120 });
    expect(result).toMatchObject({ code: 0, stdout: expect.stringContaining('1 of 1 delivery\n') });
    expect(result.stderr).not.toContain('[y/N]');
  });

  test('goes on when the looking on is interrupted, which says how to see and stop it', async () => {
    const ctrlC = new AbortController();
    const stub = await serve(1_234, [], {
      getResend: ({ params }) => {
        ctrlC.abort();
        return { body: sampleResend({ id: params.id as string, state: 'running', resent: 7 }) };
      },
    });
    const result = await run(stub, SINCE, { stop: ctrlC.signal });
    expect(result).toMatchObject({ code: 130, stdout: '' });
    expect(result.stderr).toContain('tocsin: interrupted\nIt goes on without this command:\n');
    expect(result.stderr).toContain(`tocsin resends cancel ${requestedId(stub)} `);
    expect(stub.requests.map(({ endpoint }) => endpoint)).not.toContain('cancelResend');
    const json = await run(stub, [...SINCE, '--json'], { stop: ctrlC.signal });
    expect(json).toMatchObject({ code: 130, stderr: '' });
    expect(JSON.parse(json.stdout)).toMatchObject({ state: 'running', resent: 7 });
  });

  test('outlives a server that restarts, and asks again under the same id', async () => {
    let failures = 0;
    const stub = await serve(3, [], {
      createResend: ({ body }) => {
        const { dryRun, id } = body as RequestBody;
        if (dryRun) return { body: { id: null, matched: 3 } };
        failures += 1;
        if (failures === 1) return { status: 503, hangUp: true };
        if (failures === 2) return problem('unavailable', 'The database is unavailable.');
        return { body: { id, matched: 3 } };
      },
      getResend: ({ params }) => {
        failures += 1;
        return failures === 4
          ? problem('unavailable', 'The database is unavailable.')
          : { body: sampleResend({ id: params.id as string, matched: 3, resent: 3 }) };
      },
    });
    const result = await run(stub, SINCE);
    expect(result).toMatchObject({ code: 0, stdout: `resent 3 of 3 deliveries\n${ALL_SUCCEEDED}` });
    expect(result.stderr).toMatch(/^tocsin: waiting .*\ntocsin: waiting .*: The database is unavailable\./);
    const ids = requested(stub).map(({ id }) => id);
    expect(ids).toHaveLength(3);
    expect(new Set(ids).size).toBe(1);
  });

  test.each([
    ['at once', 0, 'It may have begun, and then goes on:'],
    ['later', 1, 'It goes on without this command:'],
  ])('that is lost from sight %s is exit code 1, and says how to find it', async (_, looks, fate) => {
    let seen = 0;
    const stub = await serve(1_234, [], {
      getResend: ({ params }) => {
        seen += 1;
        if (seen > looks) return problem('unauthorized', 'The key was revoked.');
        return { body: sampleResend({ id: params.id as string, state: 'running' }) };
      },
    });
    const result = await run(stub, SINCE);
    expect(result).toMatchObject({ code: 1, stdout: '' });
    expect(result.stderr).toMatch(/^tocsin: The key was revoked\.\n/);
    expect(result.stderr).toContain(`\n${fate}\n  tocsin resends show ${requestedId(stub)} `);
  });

  test('that is refused is exit code 1', async () => {
    const stub = await serve(0, [], {
      createResend: () => problem('destination_unavailable', 'The destination Archive is disabled.'),
    });
    const result = await run(stub, [...SINCE, '--destination', ARCHIVE.id]);
    expect(result).toEqual({ code: 1, stdout: '', stderr: 'tocsin: The destination Archive is disabled.\n' });
  });

  test.each([
    [['--status', 'failed'], '--since is needed'],
    [['--dry-run'], '--since is needed'],
    [['--since', '24h', '--alert', 'A-1'], 'Give either ids'],
    [['some-id', '--since', '24h'], 'Give either ids'],
    [['--since', '24h', '--to', 'On-call'], '--to needs --alert'],
    [['--since', 'yesterday'], 'Give a time such as'],
    [['--since', '24h', '--status', 'pending'], 'Choose from succeeded, failed, cancelled'],
    [['--since', '24h', '--destination', 'Nobody'], 'No destination has the display name'],
  ])('with %j is wrong usage', async (words, text) => {
    const stub = await serve(1);
    const result = await run(stub, ['deliveries', 'resend', ...words]);
    expect(result).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining(text) });
    expect(stub.requests.map(({ endpoint }) => endpoint)).not.toContain('createResend');
  });
});

describe('bulk resends', () => {
  const running = sampleResend({ state: 'running', resent: 500, skipped: 3 });

  test('are listed, with the names of their destinations', async () => {
    const everywhere = sampleResend({ id: '9c1f8b67-51a0-4f64-9d0a-7a3b9d0c2e22', destinationId: null });
    const stub = await serve(0, [], { listResends: () => ({ body: { items: [running, everywhere] } }) });
    const { stdout } = await run(stub, ['resends', 'list']);
    expect(stdout).toMatch(/^ID +STATE +RESENT +SKIPPED +OF /);
    expect(stdout).toMatch(/\n3f0c8f0e\S+ +running +500 +3 +1,234 +failed +On-call +2026-06-30 08:00:00Z /);
    expect(stdout).toMatch(/\n9c1f8b67\S+ +done +1,234 +0 +1,234 +failed +all /);
    const json = await run(stub, ['resends', 'list', '--json']);
    expect(JSON.parse(json.stdout)).toEqual({ items: [running, everywhere] });
  });

  test('that are none leave standard output empty', async () => {
    const stub = await serve(0, [], { listResends: () => ({ body: { items: [] } }) });
    expect(await run(stub, ['resends', 'list'])).toMatchObject({ code: 0, stdout: '' });
  });

  test('are shown', async () => {
    const stub = await serve(0, [running]);
    const { code, stdout } = await run(stub, ['resends', 'show', running.id]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Id +3f0c8f0e\S+\nState +running\nDestination +On-call\nStatus +failed\n/);
    expect(stdout).toMatch(
      /\nMatched +1,234\nResent +500\nSkipped +3\nSucceeded +1,234\nStill open +0\nFailed +0\nRequested by +Operator \(op\)\n/,
    );
    const json = await run(stub, ['resends', 'show', running.id, '--json']);
    expect(JSON.parse(json.stdout)).toEqual(running);
  });

  test('are cancelled; one that was done before stays so', async () => {
    const cancelled = { ...running, state: 'cancelled' as const };
    const stub = await serve(0, [cancelled, cancelled, {}], { cancelResend: () => ({}) });
    const result = await run(stub, ['resends', 'cancel', running.id]);
    expect(result.stdout).toMatch(/^cancelled after 500 of 1,234 deliveries\n3 skipped: /);
    expect(stub.requests[0]).toMatchObject({ endpoint: 'cancelResend', params: { id: running.id } });
    const json = await run(stub, ['resends', 'cancel', running.id, '--json']);
    expect(JSON.parse(json.stdout)).toEqual(cancelled);
    const late = await run(stub, ['resends', 'cancel', running.id]);
    expect(late).toEqual({
      code: 0,
      stdout: `resent 1,234 of 1,234 deliveries\n${ALL_SUCCEEDED}`,
      stderr: 'It was done before.\n',
    });
  });

  test.each(['show', 'cancel'])('that do not exist are exit code 1 to %s', async (verb) => {
    const absent = () => problem('not_found', 'There is no such bulk resend.');
    const stub = await serve(0, [], { getResend: absent, cancelResend: absent });
    const result = await run(stub, ['resends', verb, running.id]);
    expect(result).toEqual({ code: 1, stdout: '', stderr: 'tocsin: There is no such bulk resend.\n' });
  });
});
