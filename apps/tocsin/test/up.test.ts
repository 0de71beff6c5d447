import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createReceiver, waitFor } from '@tocsin/testkit';
import { runTocsin } from './run-command.ts';
import { sampleAlert } from './sample-views.ts';
import { createStorage, startTocsin, type TestStorage, type Tocsin } from './tocsin-process.ts';

let dataDir: string;
/** What a test opens; closed after it, the last first. */
let opened: (() => Promise<unknown>)[];

beforeEach(() => {
  dataDir = mkdtempSync(path.join(os.tmpdir(), 'tocsin-up-'));
  opened = [];
});

afterEach(async () => {
  for (const close of opened.reverse()) await close();
  rmSync(dataDir, { recursive: true, force: true });
}, 60_000);

async function openStorage(): Promise<TestStorage> {
  const storage = await createStorage('postgres');
  opened.push(storage.remove);
  return storage;
}

async function start(storage: TestStorage): Promise<Tocsin> {
  const tocsin = await startTocsin(storage.env);
  opened.push(() => tocsin.process.stop({ timeoutMs: 30_000 }));
  return tocsin;
}

/** Runs `tocsin up` to the end that it is to come to by itself. */
function endOfUp(env: Record<string, string>, words: string[] = []) {
  return runTocsin(['up', '--port', '0', '--data-dir', dataDir, ...words], { env });
}

describe('what is wrong with a start', () => {
  const NOWHERE = { DATABASE_URL: 'postgres://tocsin:canary@127.0.0.1:1/tocsin' };

  test('is told in a sentence: a Postgres that is not there, without its password', async () => {
    const result = await endOfUp(NOWHERE, ['--log-file', path.join(dataDir, 'log')]);
    expect(result).toEqual({
      code: 1,
      stdout: '',
      stderr: 'tocsin: Postgres cannot be used (DATABASE_URL): connect ECONNREFUSED 127.0.0.1:1.\n',
    });
  });

  test('has its place in the log', async () => {
    const { stdout } = await endOfUp(NOWHERE);
    const last = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
    expect(last).toMatchObject({ level: 'error', msg: 'ended by an error' });
    expect(String(last.err.stack)).toContain('storage.ts');
  });

  test('is told in a sentence: an address of another machine', async () => {
    const { code, stderr } = await endOfUp({}, ['--host', '192.0.2.1']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^tocsin: Cannot listen on 192\.0\.2\.1:0: .*EADDRNOTAVAIL.*\.\n$/);
  });

  test('is told with every fault of the settings', async () => {
    const { code, stderr } = await endOfUp({ LOG_LEVEL: 'loud', TOCSIN_RETRY_MAX: '11' });
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^tocsin: The settings are not usable\.\n {2}TOCSIN_RETRY_MAX: .*\n {2}LOG_LEVEL: .*\n$/,
    );
  });
});

test('on a port that it found itself, links in payloads lead to that port', async () => {
  const tocsin = await start(await openStorage());
  const receiver = await createReceiver();
  opened.push(receiver.close);
  await tocsin.api('POST', '/v1/destinations', { displayName: 'A', url: receiver.url });
  await tocsin.api('POST', '/v1/alerts', sampleAlert({ alertId: 'A-1' }));
  const [request] = await waitFor(() => receiver.requests.length > 0 && receiver.requests);
  expect(JSON.parse(String(request?.body))).toMatchObject({ link: `${tocsin.url}/alerts/A-1` });
}, 60_000);
