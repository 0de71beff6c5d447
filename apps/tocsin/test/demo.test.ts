import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createClient } from '@tocsin/client';
import { createDestination, deleteDestination, getAlert, listDestinations } from '@tocsin/contract';
import { startProcess, type TestProcess } from '@tocsin/testkit';
import { ENTRY } from './tocsin-process.ts';

const ARCHIVE = 'Demo: archive (everything)';
const PAGER = 'Demo: pager (critical and high)';
const TICKETS = 'Demo: tickets (fails at first)';

let root: string;
let running: TestProcess | undefined;

beforeEach(() => {
  root = mkdtempSync(path.join(os.tmpdir(), 'tocsin-demo-'));
  // Where these tests run as root, Postgres runs as another user, who must be able to come here.
  chmodSync(root, 0o755);
});

afterEach(async () => {
  await running?.stop();
  running = undefined;
  rmSync(root, { recursive: true, force: true });
});

/** With `--demo`, `npm start` after its build: nothing is given but a free port and the folder. */
async function launch(args: string[]): Promise<TestProcess> {
  const dataDir = path.join(root, '.tocsin');
  running = await startProcess({ entry: ENTRY, args: ['up', '--port', '0', '--data-dir', dataDir, ...args] });
  return running;
}

/** Launches it and waits until it serves. */
async function start(args: string[]) {
  const word = args.includes('--demo') ? /end it with Ctrl-C/ : /"started"/;
  const child = await launch(args);
  await child.printed(word);
  const screen = child.stdout();
  const url = /http:\/\/127\.0\.0\.1:\d+(?=\s+\(API|","msg":"started")/.exec(screen)?.[0] ?? '';
  const apiKey = readFileSync(path.join(root, '.tocsin', 'admin-key'), 'utf8').trim();
  return { screen, client: createClient({ baseUrl: url, apiKey, userAgent: 'test' }) };
}

async function end(): Promise<void> {
  expect(await running?.stop()).toMatchObject({ code: 0 });
}

function modeOf(name: string): string {
  return (statSync(path.join(root, name)).mode & 0o777).toString(8);
}

/** The lines of the table, each from its state on: how often a delivery was attempted, and with what. */
function statesOf(screen: string): string[] {
  return [...screen.matchAll(/ (succeeded|pending|retry|failed|cancelled|unrouted)( .*)?$/gm)].map(
    ([, state, attempts = '']) =>
      `${state}:${attempts.replaceAll(/ in [\d.]+ m?s/g, '')}`.replaceAll(/ +/g, ' '),
  );
}

test('the first start delivers every sample, one destination at its second attempt; the second sends nothing', async () => {
  const first = await start(['--demo']);
  expect(first.screen).toMatch(/Sent 6 sample alerts to 3 destinations at http:\/\/127\.0\.0\.1:\d+:/);
  const states = statesOf(first.screen);
  expect(states.filter((state) => state === 'succeeded: 200')).toHaveLength(9);
  expect(states.filter((state) => state === 'succeeded: 503, then 200')).toHaveLength(4);
  expect(states).toHaveLength(13);
  // Its owner alone may enter; as root that is the account that Postgres runs as.
  expect(modeOf('.tocsin')).toBe('700');
  for (const file of ['tocsin.log', 'admin-key', 'secret-keys']) {
    expect([file, modeOf(path.join('.tocsin', file))]).toEqual([file, '600']);
  }
  const succeeded = await first.client.call(getAlert, { params: { alertId: 'demo-1' } });
  await end();

  const second = await start(['--demo']);
  expect(second.screen).toContain('The sample alerts of an earlier start');
  expect(statesOf(second.screen)).toEqual(states);
  expect(await second.client.call(getAlert, { params: { alertId: 'demo-1' } })).toEqual(succeeded);
});

test('a destination whose name another has is left out, and so is one that was deleted', async () => {
  const plain = await start([]);
  // Disabled, so that nothing is sent there.
  const settings = { displayName: PAGER, url: 'https://pager.example.com/', enabled: false };
  await plain.client.call(createDestination, { body: settings });
  await end();

  const first = await start(['--demo']);
  expect(first.screen).toContain(`"${PAGER}" is left out: another destination has that name.\n`);
  expect(first.screen).toContain('Sent 6 sample alerts to 2 destinations at ');
  const { items } = await first.client.call(listDestinations, { query: {} });
  const archive = items.find(({ displayName }) => displayName === ARCHIVE);
  await first.client.call(deleteDestination, { params: { id: archive?.id ?? '' } });
  await end();

  const second = await start(['--demo']);
  expect(second.screen).toContain(`"${ARCHIVE}" is left out: it was deleted.\n`);
  expect(statesOf(second.screen)).toEqual(statesOf(first.screen));
  const left = await second.client.call(listDestinations, { query: {} });
  expect(left.items.map(({ displayName }) => displayName).toSorted()).toEqual([PAGER, TICKETS]);
});

test('Ctrl-C ends it also while it waits for its deliveries', async () => {
  const child = await launch(['--demo']);
  await child.printed(/Sent 6 sample alerts/);
  expect(await child.kill('SIGINT')).toMatchObject({ code: 0 });
  expect(child.stdout()).toMatch(/\nStopping: .*\nStopped\. .*\n$/);
  expect(child.stdout()).not.toContain('Tocsin is at');
});
