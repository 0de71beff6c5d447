import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type RunOptions, runCommand } from './run-command.ts';
import { sampleAlert } from './sample-views.ts';
import { createStubApi, problem, type StubApi, type StubHandlers } from './stub-api.ts';
import { createStubIngest } from './stub-ingest.ts';

let folder: string;
const stubs: StubApi[] = [];

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'tocsin-send-'));
});

afterEach(async () => {
  const faults = stubs.flatMap((stub) => stub.faults);
  await Promise.all(stubs.splice(0).map((stub) => stub.close()));
  await rm(folder, { recursive: true });
  expect(faults).toEqual([]);
});

async function serve(postAlerts: StubHandlers[string]): Promise<StubApi> {
  const stub = await createStubApi({ postAlerts });
  stubs.push(stub);
  return stub;
}

function send(stub: StubApi, words: string[], options: RunOptions = {}) {
  const env = { TOCSIN_URL: stub.url, TOCSIN_API_KEY: stub.apiKey };
  return runCommand(['send', ...words], { ...options, env: { ...env, ...options.env } });
}

async function write(name: string, text: string): Promise<string> {
  const file = path.join(folder, name);
  await writeFile(file, text);
  return file;
}

function ndjson(alerts: readonly Record<string, unknown>[]): string {
  return alerts.map((alert) => `${JSON.stringify(alert)}\n`).join('');
}

function numbered(count: number): Record<string, unknown>[] {
  return Array.from({ length: count }, (_, index) => sampleAlert({ alertId: `A-${index + 1}` }));
}

describe('sending', () => {
  test('a file in batches of up to 1,000, as NDJSON', async () => {
    const ingest = createStubIngest();
    const stub = await serve(ingest.handle);
    const result = await send(stub, [await write('a.ndjson', ndjson(numbered(2_500)))]);
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(result.stdout).toMatch(/^2,500 alerts from .*a\.ndjson in/);
    expect(result.stdout).toMatch(/ 2,500 {2}accepted\n +0 {2}duplicates\n +0 {2}rejected\n$/);
    expect(ingest.stored.size).toBe(2_500);
    expect(stub.requests.map(({ text }) => text.trimEnd().split('\n').length).toSorted()).toEqual([
      1000, 1000, 500,
    ]);
    expect(stub.requests[0]?.headers).toMatchObject({
      'content-type': 'application/x-ndjson',
      'user-agent': expect.stringMatching(/^tocsin-cli\/\d/),
    });
  });

  test.each([
    ['an array', JSON.stringify(numbered(3))],
    ['an indented array', JSON.stringify(numbered(3), null, 2)],
    [
      'objects over several lines',
      numbered(3)
        .map((alert) => JSON.stringify(alert, null, 2))
        .join('\n'),
    ],
    ['NDJSON with blank lines and CR LF', ndjson(numbered(3)).replaceAll('\n', '\r\n\r\n')],
  ])('%s from standard input', async (_, stdin) => {
    const ingest = createStubIngest();
    const result = await send(await serve(ingest.handle), ['-', '--json'], { stdin });
    expect(result.code).toBe(0);
    expect([...ingest.stored.values()]).toEqual(numbered(3));
    expect(JSON.parse(result.stdout)).toMatchObject({
      input: 'standard input',
      complete: true,
      alerts: 3,
      accepted: 3,
      rejected: 0,
      resume: null,
      error: null,
    });
  });

  test('one object over several lines', async () => {
    const ingest = createStubIngest();
    const file = await write('one.json', JSON.stringify(sampleAlert({ alertId: 'A-1' }), null, 2));
    expect(await send(await serve(ingest.handle), [file])).toMatchObject({ code: 0 });
    expect(ingest.stored.get('A-1')).toEqual(sampleAlert({ alertId: 'A-1' }));
  });

  test('nothing is said to be nothing', async () => {
    const stub = await serve(createStubIngest().handle);
    const result = await send(stub, ['-'], { stdin: '\n' });
    expect(result).toMatchObject({ code: 0, stdout: 'standard input holds no alerts.\n' });
    expect(stub.requests).toEqual([]);
  });

  test('a file twice stores its alerts once, those without an alertId too', async () => {
    const ingest = createStubIngest();
    const stub = await serve(ingest.handle);
    const file = await write('a.ndjson', ndjson([sampleAlert(), sampleAlert({ title: 'Another' })]));
    expect(await send(stub, [file, '--json'])).toMatchObject({ code: 0 });
    const again = await send(stub, [file]);
    expect(again.code).toBe(0);
    expect(again.stdout).toMatch(/ 2 {2}duplicates/);
    expect(again.stdout).toContain('--no-assign-ids');
    expect([...ingest.stored.keys()]).toEqual([
      expect.stringMatching(/^send-[0-9a-f]{40}$/),
      expect.stringMatching(/^send-[0-9a-f]{40}$/),
    ]);
  });

  test('without assigned ids leaves them to the server', async () => {
    const ingest = createStubIngest();
    const stub = await serve(ingest.handle);
    await send(stub, ['-', '--no-assign-ids'], { stdin: ndjson([sampleAlert()]) });
    await send(stub, ['-', '--no-assign-ids'], { stdin: ndjson([sampleAlert()]) });
    expect([...ingest.stored.keys()]).toEqual(['made-1', 'made-2']);
  });
});

describe('rejected alerts', () => {
  const mixed = [
    JSON.stringify(sampleAlert({ alertId: 'A-1' })),
    '{"id": "x", broken',
    '',
    JSON.stringify(sampleAlert({ alertId: 'A-2', severity: 'URGENT\u001b[2J' })),
    '[1, 2]',
    JSON.stringify(sampleAlert({ alertId: 'A-3' })),
  ].join('\n');

  test('are listed with line and reason, and the others are taken', async () => {
    const ingest = createStubIngest();
    const result = await send(await serve(ingest.handle), ['-'], { stdin: mixed });
    expect(result.code).toBe(2);
    expect(result.stdout).toMatch(/ 2 {2}accepted\n.* 0 {2}duplicates\n.* 3 {2}rejected\n/);
    expect(result.stdout).toMatch(/\n {2}line 2 \(alert 2\) {2}not JSON: /);
    expect(result.stdout).toMatch(
      /\n {2}line 4 \(alert 3\) {2}A-2 {2}severity: must be one of CRITICAL, HIGH/,
    );
    expect(result.stdout).toMatch(/\n {2}line 5 \(alert 4\) {2}not a JSON object/);
    expect(result.stdout).not.toContain('\u001b');
    expect([...ingest.stored.keys()]).toEqual(['A-1', 'A-3']);
  });

  test('are data with --json', async () => {
    const result = await send(await serve(createStubIngest().handle), ['-', '--json'], { stdin: mixed });
    expect(result.code).toBe(2);
    expect(JSON.parse(result.stdout)).toMatchObject({
      complete: true,
      rejected: 3,
      rejectionsOmitted: 0,
      rejections: [
        { line: 2, item: 2, code: 'malformed_body' },
        { line: 4, item: 3, alertId: 'A-2', code: 'invalid_alert', errors: [{ path: 'severity' }] },
        { line: 5, item: 4, code: 'invalid_alert' },
      ],
    });
  });

  test('are explained where nothing of a request was valid', async () => {
    const stdin = ndjson([sampleAlert({ title: 7 }), sampleAlert({ createdAt: 'now' })]);
    const result = await send(await serve(createStubIngest().handle), ['-', '--json'], { stdin });
    expect(result.code).toBe(2);
    expect(JSON.parse(result.stdout).rejections).toMatchObject([
      { line: 1, errors: [{ path: 'title' }] },
      { line: 2, errors: [{ path: 'createdAt' }] },
    ]);
  });

  test('are not shown by an id that only this command has', async () => {
    const stub = await serve(createStubIngest().handle);
    for (const good of [[], [sampleAlert()]]) {
      const stdin = ndjson([...good, sampleAlert({ title: 7 })]);
      const result = await send(stub, ['-', '--json'], { stdin });
      expect(JSON.parse(result.stdout).rejections).toMatchObject([{ alertId: null, code: 'invalid_alert' }]);
    }
  });

  test('end at a broken place of an array', async () => {
    const stdin = `${JSON.stringify(numbered(2)).slice(0, -1)}\n{"id":`;
    const result = await send(await serve(createStubIngest().handle), ['-', '--json'], { stdin });
    expect(JSON.parse(result.stdout)).toMatchObject({
      accepted: 2,
      rejections: [{ line: 2, message: 'a comma or the end of the array is missing here' }],
    });
  });

  test('are at most twenty on a screen', async () => {
    const stdin = 'x\n'.repeat(25);
    const result = await send(await serve(createStubIngest().handle), ['-'], { stdin });
    expect(result.stdout.match(/ line \d/g)).toHaveLength(20);
    expect(result.stdout).toContain('… and 5 more');
  });
});

describe('a busy server', () => {
  test.each(['rate_limited', 'overloaded', 'unavailable', 'outcome_unknown'] as const)(
    'that says %s is waited for as it asks, and asked again',
    async (code) => {
      const ingest = createStubIngest();
      let refusals = 2;
      const stub = await serve((request) => {
        refusals -= 1;
        return refusals >= 0
          ? problem(code, undefined, { headers: { 'retry-after': '0' } })
          : ingest.handle(request);
      });
      const result = await send(stub, ['-', '--json'], { stdin: ndjson([sampleAlert()]) });
      expect(result.code).toBe(0);
      expect(JSON.parse(result.stdout)).toMatchObject({ accepted: 1 });
      expect(result.stderr).toMatch(/tocsin: waiting .* ms/);
      expect(stub.requests).toHaveLength(3);
    },
  );

  test('that breaks the connection after storing is asked again: a duplicate', async () => {
    const ingest = createStubIngest();
    let broken = false;
    const stub = await serve((request) => {
      const answer = ingest.handle(request);
      const hangUp = !broken;
      broken = true;
      return hangUp ? { ...answer, hangUp } : answer;
    });
    const result = await send(stub, ['-', '--json'], { stdin: ndjson([sampleAlert()]) });
    expect(JSON.parse(result.stdout)).toMatchObject({ duplicates: 1 });
  });

  test('is not asked again where that could store an alert twice', async () => {
    const stub = await serve(() =>
      problem('outcome_unknown', 'Perhaps.', { headers: { 'retry-after': '0' } }),
    );
    const result = await send(stub, ['-', '--no-assign-ids'], { stdin: ndjson([sampleAlert()]) });
    expect(result).toMatchObject({ code: 1, stdout: '' });
    expect(result.stderr).toContain('tocsin: Perhaps.');
    expect(stub.requests).toHaveLength(1);
  });

  test('is given up after --retry-for, with how to go on', async () => {
    const ingest = createStubIngest();
    const stub = await serve((request) =>
      ingest.stored.size < 4
        ? ingest.handle(request)
        : problem('overloaded', 'Busy.', { headers: { 'retry-after': '9' } }),
    );
    const words = ['-', '--batch-size', '2', '--concurrency', '1', '--retry-for', '1'];
    const result = await send(stub, words, { stdin: ndjson(numbered(7)) });
    expect(result.code).toBe(1);
    expect(result.stdout).toMatch(/^4 alerts from standard input/);
    expect(result.stderr).toContain('tocsin: Busy.');
    expect(result.stderr).toContain('--skip 4');
    const rest = createStubIngest();
    const later = await send(await serve(rest.handle), ['-', '--skip', '4'], { stdin: ndjson(numbered(7)) });
    expect(later.code).toBe(0);
    expect([...rest.stored.keys()]).toEqual(['A-5', 'A-6', 'A-7']);
  });
});

describe('how to go on', () => {
  const PLAIN = 'run the same command';

  /** A server that fails for the alert A-1 once A-2 is stored. */
  function failFirst() {
    const ingest = createStubIngest();
    const others = Promise.withResolvers<void>();
    return serve(async (request) => {
      if (request.text.includes('"A-1"')) {
        await others.promise;
        return problem('outcome_unknown', 'Perhaps.', { headers: { 'retry-after': '9' } });
      }
      const answer = ingest.handle(request);
      others.resolve();
      return answer;
    });
  }
  const words = ['-', '--batch-size', '1', '--concurrency', '2', '--retry-for', '1'];

  test('where only the first batch failed: the same command, which says duplicates of the rest', async () => {
    const result = await send(await failFirst(), words, { stdin: ndjson(numbered(2)) });
    expect(result.code).toBe(1);
    expect(result.stdout).toMatch(/ 1 {2}accepted\n/);
    expect(result.stderr).not.toContain('Nothing is known');
    expect(result.stderr).toContain(`${PLAIN}: what is stored already is answered as a duplicate.`);
  });

  test('where nothing is known to be stored and ids are missing: after a look, never just again', async () => {
    const stub = await serve(() => problem('outcome_unknown', 'Perhaps.'));
    const result = await send(stub, ['-', '--no-assign-ids'], { stdin: ndjson([sampleAlert()]) });
    expect(result.code).toBe(1);
    expect(result.stderr).toContain('Nothing is known to have been stored.');
    expect(result.stderr).toContain('a second time');
    expect(result.stderr).not.toContain(PLAIN);
  });

  test('where the first batch failed and ids are missing: after a look, never just again', async () => {
    const stub = await failFirst();
    const stdin = ndjson([sampleAlert({ alertId: 'A-1' }), sampleAlert()]);
    const result = await send(stub, [...words, '--no-assign-ids'], { stdin });
    expect(result.code).toBe(1);
    expect(result.stdout).toMatch(/ 1 {2}accepted\n/);
    expect(result.stderr).toContain('a second time');
    expect(result.stderr).not.toContain(PLAIN);
  });

  test('where a later batch failed and ids are missing: --skip, and that more may be stored', async () => {
    let taken = 0;
    const ingest = createStubIngest();
    const stub = await serve((request) => {
      taken += 1;
      return taken === 1 ? ingest.handle(request) : problem('outcome_unknown', 'Perhaps.');
    });
    const stdin = ndjson([sampleAlert(), sampleAlert()]);
    const result = await send(stub, ['-', '--batch-size', '1', '--concurrency', '1', '--no-assign-ids'], {
      stdin,
    });
    expect(result.stderr).toContain(`${PLAIN} with --skip 1.`);
    expect(result.stderr).not.toContain('answered as a duplicate');
    expect(result.stderr).toContain('a second time');
  });
});

describe('what ends it', () => {
  test('a refused key is exit code 1, and nothing is said to have been stored', async () => {
    const stub = await serve(createStubIngest().handle);
    const stdin = ndjson([sampleAlert()]);
    const result = await send(stub, ['-', '--json'], { stdin, env: { TOCSIN_API_KEY: 'tcs_x_y' } });
    expect(result.code).toBe(1);
    expect(JSON.parse(result.stdout)).toMatchObject({
      complete: false,
      alerts: 0,
      error: { code: 'unauthorized' },
    });
    expect(JSON.parse(result.stderr)).toMatchObject({ error: { code: 'unauthorized', status: 401 } });
  });

  test('a server that is not there is exit code 1 at once', async () => {
    const stub = await serve(createStubIngest().handle);
    await stub.close();
    stubs.length = 0;
    const result = await send(stub, ['-'], { stdin: ndjson([sampleAlert()]) });
    expect(result).toMatchObject({ code: 1, stdout: '' });
    expect(result.stderr).toContain('Nothing is listening');
  });

  test('Ctrl-C lets what is under way finish, and says how to go on', async () => {
    const ingest = createStubIngest();
    const stop = new AbortController();
    const stub = await serve((request) => {
      stop.abort();
      return ingest.handle(request);
    });
    const stdin = new PassThrough();
    stdin.write(ndjson(numbered(3)));
    const words = ['-', '--batch-size', '2', '--concurrency', '1'];
    const result = await send(stub, words, { stdin, stop: stop.signal });
    expect(result.code).toBe(130);
    expect([...ingest.stored.keys()]).toEqual(['A-1', 'A-2']);
    expect(result.stdout).toMatch(/^2 alerts from standard input/);
    expect(result.stderr).toContain('--skip 2');
    expect(stdin.destroyed).toBe(true);
  });

  test('Ctrl-C ends a wait for a busy server', async () => {
    const stop = new AbortController();
    const stub = await serve(() => problem('overloaded', undefined, { headers: { 'retry-after': '60' } }));
    const onStderr = (text: string) => {
      if (text.includes('waiting')) stop.abort();
    };
    const result = await send(stub, ['-'], { stdin: ndjson([sampleAlert()]), stop: stop.signal, onStderr });
    expect(result.code).toBe(130);
    expect(result.stderr).toContain('Nothing is known to have been stored');
  });

  test.each([
    ['no file', ['nowhere.ndjson'], 'there is no such file'],
    ['a folder', ['.'], 'it is a folder'],
  ])('%s is exit code 1', async (_, words, why) => {
    const stub = await serve(createStubIngest().handle);
    const result = await send(stub, words);
    expect(result).toMatchObject({ code: 1, stdout: '' });
    expect(result.stderr).toContain(why);
  });
});

test.each([
  ['gzip', gzipSync(ndjson(numbered(3))), 'is compressed with gzip; unpack it on the way: gzip -dc FILE |'],
  ['zstd', Buffer.from('28b52ffd0458', 'hex'), 'is compressed with zstd'],
  ['a zip archive', Buffer.from('504b0304140000', 'hex'), 'is a zip archive'],
  ['UTF-16', Buffer.from(`\ufeff${ndjson(numbered(1))}`, 'utf16le'), 'is UTF-16 text; save it as UTF-8'],
])('%s is reported as such in one sentence, and nothing is sent', async (_, stdin, why) => {
  const stub = await serve(createStubIngest().handle);
  const result = await send(stub, ['-'], { stdin });
  expect(result).toMatchObject({ code: 1, stdout: '' });
  expect(result.stderr).toMatch(/^tocsin: The input .*\n$/);
  expect(result.stderr).toContain(why);
  const json = await send(stub, ['-', '--json'], { stdin });
  expect(JSON.parse(json.stderr)).toEqual({
    error: { code: 'usage', message: expect.stringContaining(why) },
  });
  expect(stub.requests).toEqual([]);
});

test('one alert is counted in the singular', async () => {
  const stub = await serve(createStubIngest().handle);
  const words = ['-'];
  await send(stub, words, { stdin: ndjson(numbered(1)) });
  const { stdout } = await send(stub, words, { stdin: ndjson(numbered(1)) });
  expect(stdout).toMatch(/^1 alert from standard input .*\n +0 {2}accepted\n +1 {2}duplicate\n/);
});

test('a terminal gets a progress bar on standard error, and nothing of it on standard output', async () => {
  const stub = await serve(createStubIngest().handle);
  const file = await write('a.ndjson', ndjson(numbered(10)));
  const result = await send(stub, [file, '--json'], { columns: 80 });
  expect(result.stderr).toContain('█');
  expect(result.stderr).toContain('10 accepted');
  expect(JSON.parse(result.stdout)).toMatchObject({ accepted: 10 });
});

test('the alerts of this world arrive as they were written', async () => {
  const ingest = createStubIngest();
  const line =
    '{"id":"a","createdAt":"2026-07-01T07:57:12Z","severity":"LOW","type":"RULE","title":"ü\\u0000","alertContext":{"n":12345678901234567890,"f":1.0}}';
  const stub = await serve(ingest.handle);
  await send(stub, ['-'], { stdin: line });
  expect(stub.requests[0]?.text).toBe(`${line.slice(0, -1)},"alertId":"${[...ingest.stored.keys()][0]}"}\n`);
});
