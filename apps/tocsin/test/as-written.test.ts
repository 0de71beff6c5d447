import { afterEach, describe, expect, test } from '@jest/globals';
import { waitFor } from '@tocsin/testkit';
import { setUpArchive } from './archive-scene.ts';
import { type CommandResult, type RunOptions, runCommand } from './run-command.ts';
import { sampleAlert, sampleAlertDetail } from './sample-views.ts';
import { createStubIngest } from './stub-ingest.ts';
import { createStubServers, lastRequest, runAgainst as run } from './stub-servers.ts';
import { ADMIN_KEY } from './tocsin-process.ts';

/** What parsing and writing again would change: numbers, the order of keys, keys given twice, escapes, white space. */
const CONTEXT =
  '{"b":1e999,"10":1.0,"2":12345678901234567890,"k":1,"k":2,"__proto__":{"x":1.50},"s":"\\u0041\\/東京\u202e","e":{ },"l":[1 , 2]}';

/** The same over several lines. */
const LINES = CONTEXT.replaceAll(',"', ',\r\n  "');

/** An alert as text, with its context as it is written here. */
function alertText(context: string, alertId = 'ctx-1'): string {
  return `${JSON.stringify(sampleAlert({ alertId })).slice(0, -1)},"alertContext": ${context}}`;
}

describe('what the command line prints and sends', () => {
  const servers = createStubServers();
  afterEach(async () => expect(await servers.close()).toEqual([]));

  const serveAlert = (context: string) =>
    servers.serve({
      getAlert: () => ({
        text: `${JSON.stringify(sampleAlertDetail()).slice(0, -1)},"alertContext":${context}}`,
      }),
    });

  test.each([CONTEXT, LINES])('`alerts show` has the context byte for byte: %#', async (context) => {
    const stub = await serveAlert(context);
    const { stdout } = await run(stub, ['alerts', 'show', 'A-17', '--json']);
    expect(stdout.endsWith(`,"alertContext":${context}}\n`)).toBe(true);
    const { alertContext: _, ...rest } = JSON.parse(stdout);
    expect(rest).toEqual(sampleAlertDetail());
    const page = await run(stub, ['alerts', 'show', 'A-17']);
    const shown = context.replaceAll('\r\n', '\n  ').replace('\u202e', '\\u202e');
    expect(page.stdout).toContain(`\nContext\n  ${shown}\n`);
  });

  test('on a terminal it is one line that the terminal does not obey, and the same JSON', async () => {
    const options: RunOptions = { columns: 80 };
    const { stdout } = await run(await serveAlert(LINES), ['alerts', 'show', 'A-17', '--json'], options);
    expect(stdout.match(/\n/g)).toHaveLength(1);
    expect(stdout).toContain(`"alertContext":${LINES.replaceAll('\r\n', ' ').replace('\u202e', '\\u202e')}}`);
  });

  test.each([
    ['NDJSON', `${alertText(CONTEXT)}\n`, `${alertText(CONTEXT)}\n`],
    ['one object over lines', alertText(LINES), `[${alertText(LINES)}]`],
    ['an array over lines', `[\n${alertText(LINES)}\n]`, `[${alertText(LINES)}]`],
    [
      'objects over lines, one after another',
      `{\n${alertText(LINES, 'a').slice(1)}\n${alertText(LINES, 'b')}\n`,
      `[{\n${alertText(LINES, 'a').slice(1)},${alertText(LINES, 'b')}]`,
    ],
  ])('`send` sends it byte for byte, from %s', async (_, stdin, body) => {
    const stub = await servers.serve({ postAlerts: createStubIngest().handle });
    expect(await run(stub, ['send', '-'], { stdin })).toMatchObject({ code: 0, stderr: '' });
    expect(stub.requests.map(({ text }) => text)).toEqual([body]);
  });

  test('`route` asks about the alert as it is written', async () => {
    const decision = { rule: 'filters', destinationIds: [], skipped: [], notes: [] };
    const stub = await servers.serve({ previewRoute: () => ({ body: decision }) });
    await run(stub, ['route', '-', '--json'], { stdin: `${alertText(LINES)}\n` });
    expect(lastRequest(stub)?.text).toBe(alertText(LINES));
  });
});

/** Runs `listen` while one body is posted to it. */
async function received(words: string[], body: string): Promise<CommandResult> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const onStderr = (text: string) => {
    const url = /Listening on (\S+);/.exec(text)?.[1];
    if (url !== undefined) resolve(url);
  };
  const running = runCommand(['listen', '--port', '0', '--count', '1', ...words], { onStderr });
  await fetch(await promise, { method: 'POST', body });
  return running;
}

describe('`listen`', () => {
  test('has the body as it was written with --json, line breaks between tokens apart', async () => {
    const { stdout } = await received(['--json'], LINES);
    expect(stdout.endsWith(`,"body":${LINES.replaceAll('\r\n', ' ')}}\n`)).toBe(true);
    expect(stdout.match(/\n/g)).toHaveLength(1);
  });

  test('moves no key and rounds no number with --pretty', async () => {
    const { stdout } = await received(['--pretty'], CONTEXT);
    expect(stdout).toContain(
      '    "b": 1e999,\n    "10": 1.0,\n    "2": 12345678901234567890,\n    "k": 1,\n',
    );
  });
});

describe('from the file to the receiver and back', () => {
  const scene = setUpArchive();

  test.each([
    ['an object over lines', 'file-1', LINES, (text: string) => text],
    ['an array', 'file-2', CONTEXT, (text: string) => `[${text}]`],
    ['NDJSON', 'file-3', CONTEXT, (text: string) => `${text}\n`],
  ])('the context stays as it was in %s', async (_, alertId, context, asInput) => {
    const env = { TOCSIN_URL: scene.tocsin.url, TOCSIN_API_KEY: ADMIN_KEY };
    const stdin = asInput(alertText(context, alertId));
    expect(await runCommand(['send', '-'], { env, stdin })).toMatchObject({ code: 0 });
    const sent = await waitFor(() =>
      scene.receiver.requests.map(({ body }) => String(body)).find((body) => body.includes(`"${alertId}"`)),
    );
    expect(sent.endsWith(`,"alertContext":${context}}`)).toBe(true);
    const { stdout } = await runCommand(['alerts', 'show', alertId, '--json'], { env });
    expect(stdout.endsWith(`,"alertContext":${context}}\n`)).toBe(true);
  });
});
