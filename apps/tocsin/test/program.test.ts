import { once } from 'node:events';
import { afterEach, describe, expect, test } from '@jest/globals';
import { runCommand, runTocsin, spawnTocsin } from './run-command.ts';
import { sampleAlert, sampleDestination } from './sample-views.ts';
import { createStubApi, problem, type StubApi, type StubHandlers } from './stub-api.ts';
import { createStubIngest } from './stub-ingest.ts';

const stubs: StubApi[] = [];

afterEach(async () => {
  await Promise.all(stubs.splice(0).map((stub) => stub.close()));
});

async function serve(handlers: StubHandlers): Promise<{ stub: StubApi; env: Record<string, string> }> {
  const stub = await createStubApi(handlers);
  stubs.push(stub);
  return { stub, env: { TOCSIN_URL: stub.url, TOCSIN_API_KEY: stub.apiKey } };
}

describe('the program itself', () => {
  test('exits 0, 2 and 1: all taken, some rejected, no server', async () => {
    const { env } = await serve({ postAlerts: createStubIngest().handle });
    const good = `${JSON.stringify(sampleAlert())}\n`;
    const taken = await runTocsin(['send', '-', '--json'], { env, stdin: good });
    expect(taken).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(taken.stdout)).toMatchObject({ accepted: 1 });
    expect(await runTocsin(['send', '-'], { env, stdin: `${good}oops\n` })).toMatchObject({ code: 2 });
    const nowhere = { ...env, TOCSIN_URL: 'http://127.0.0.1:1024' };
    expect(await runTocsin(['send', '-'], { env: nowhere, stdin: good })).toMatchObject({
      code: 1,
      stdout: '',
    });
  });

  test('says what is wrong with its options, and exits 1', async () => {
    const option = await runTocsin(['send', '-', '--batchsize', '3']);
    expect(option).toMatchObject({ code: 1, stdout: '' });
    expect(option.stderr).toMatch(/unknown option '--batchsize'\n\(Did you mean --batch-size\?\)/);
  });

  test('is quiet where its reader has seen enough', async () => {
    const many = Array.from({ length: 1_000 }, () => sampleDestination());
    const { env } = await serve({
      listDestinations: ({ query }) => ({
        body: { items: many, nextCursor: query.cursor === 'b' ? null : 'b' },
      }),
    });
    const child = spawnTocsin(['destinations', 'list', '--json'], env);
    let stderr = '';
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    await once(child.stdout, 'data');
    child.stdout.destroy();
    const [code] = await once(child, 'close');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  test('ends `send` at the first Ctrl-C with 130 and how to go on', async () => {
    const { stub, env } = await serve({
      postAlerts: () => problem('overloaded', undefined, { headers: { 'retry-after': '60' } }),
    });
    const child = spawnTocsin(['send', '-', '--json'], env);
    let stdout = '';
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
    });
    child.stdin.end(`${JSON.stringify(sampleAlert())}\n`);
    await once(child.stderr, 'data');
    child.kill('SIGINT');
    const [code] = await once(child, 'close');
    expect(stub.requests).toHaveLength(1);
    expect(code).toBe(130);
    expect(JSON.parse(stdout)).toMatchObject({ complete: false, resume: { skip: 0 }, error: null });
  });

  test('ends by itself though a writer keeps standard input open', async () => {
    const { env } = await serve({ postAlerts: () => problem('forbidden', 'No.') });
    const child = spawnTocsin(['send', '-', '--batch-size', '1'], env);
    child.stdin.on('error', () => undefined);
    child.stdin.write(`${JSON.stringify(sampleAlert())}\n${JSON.stringify(sampleAlert())}\n`);
    const [code] = await once(child, 'close');
    expect(code).toBe(1);
  });
});

describe('wrong usage with --json', () => {
  test.each([
    [
      ['alerts', 'list', '--json', '--limit', 'x'],
      "option '--limit <count>' argument 'x' is invalid. Give a whole number from 1 to 1000000.",
    ],
    [
      ['send', '-', '--batchsize', '3', '--json'],
      "unknown option '--batchsize'\n(Did you mean --batch-size?)",
    ],
    [['send', '--json'], "missing required argument 'file'"],
    [['destinations', 'lst', '--json'], "unknown command 'lst'\n(Did you mean list?)"],
    [['up', '--json', '--port', '-1'], /^option '--port <port>' argument '-1' is invalid\./],
  ])('%j is one line of JSON on standard error', async (words, message) => {
    const result = await runCommand(words);
    expect(result).toMatchObject({ code: 1, stdout: '' });
    expect(result.stderr.trimEnd().split('\n')).toHaveLength(1);
    const { error } = JSON.parse(result.stderr);
    expect(error).toEqual({
      code: 'usage',
      message: typeof message === 'string' ? message : expect.stringMatching(message),
    });
  });

  test('leaves help and version as they are', async () => {
    expect(await runCommand(['send', '--json', '--help'])).toMatchObject({ code: 0, stderr: '' });
  });
});

describe('the list of commands', () => {
  test('names each, the exit codes and the environment, and is no failure', async () => {
    const help = await runCommand(['--help']);
    expect(help).toMatchObject({ code: 0, stderr: '' });
    const names = [
      'up',
      'send',
      'listen',
      'destinations',
      'alerts',
      'deliveries',
      'resends',
      'route',
      'keys',
    ];
    for (const name of names) {
      expect(help.stdout).toMatch(new RegExp(`\\n  ${name} `));
    }
    expect(help.stdout).toMatch(/Exit codes:\n {2}0 /);
    expect(help.stdout).toContain('TOCSIN_API_KEY');
    expect((await runCommand(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  test.each([[[]], [['destinations']], [['destination']], [['alerts', 'lost']]])(
    '%j is wrong usage, told on standard error',
    async (words) => {
      const result = await runCommand(words);
      expect(result).toMatchObject({ code: 1, stdout: '' });
      expect(result.stderr).toMatch(/Usage: tocsin|Did you mean (destinations|list)\?/);
    },
  );

  test.each([
    [['send', '--help'], /--no-assign-ids/],
    [['listen', '--help'], /--fail <times>/],
    [['destinations', 'add', '--help'], /--severity <list>/],
  ])('%j explains itself', async (words, text) => {
    expect(await runCommand(words)).toMatchObject({ code: 0, stdout: expect.stringMatching(text) });
  });
});
