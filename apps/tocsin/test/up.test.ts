import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createReceiver, startProcess, type TestProcess, waitFor } from '@tocsin/testkit';
import { runTocsin } from './run-command.ts';
import { sampleAlert } from './sample-views.ts';
import {
  ADMIN_KEY,
  type Backend,
  createStorage,
  ENTRY,
  startTocsin,
  type TestStorage,
  type Tocsin,
} from './tocsin-process.ts';

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
});

async function openStorage(backend: Backend = 'postgres'): Promise<TestStorage> {
  const storage = await createStorage(backend);
  opened.push(storage.remove);
  return storage;
}

async function start(storage: TestStorage): Promise<Tocsin> {
  const tocsin = await startTocsin(storage.env);
  opened.push(() => tocsin.process.stop());
  return tocsin;
}

/** Runs `tocsin up` to the end that it is to come to by itself. */
function endOfUp(env: Record<string, string>, words: string[] = []) {
  return runTocsin(['up', '--port', '0', '--data-dir', dataDir, ...words], {
    env,
    onSpawn: (child) => opened.push(async () => child.kill('SIGKILL')),
  });
}

describe('what is wrong with a start', () => {
  const REASON = 'Postgres cannot be used (DATABASE_URL): password authentication failed for user "tocsin".';
  async function withWrongPassword(): Promise<Record<string, string>> {
    const url = new URL((await openStorage()).env.DATABASE_URL as string);
    url.password = 'canary';
    return { DATABASE_URL: url.href };
  }

  test('is reported in a sentence: a wrong password, which is not in it', async () => {
    const result = await endOfUp(await withWrongPassword(), ['--log-file', path.join(dataDir, 'log')]);
    expect(result).toEqual({ code: 1, stdout: '', stderr: `tocsin: ${REASON}\n` });
  });

  test('is in a log file too, without a stack, and not in the log on a terminal', async () => {
    const file = path.join(dataDir, 'log');
    const env = await withWrongPassword();
    await endOfUp(env, ['--log-file', file]);
    const last = JSON.parse(readFileSync(file, 'utf8').trimEnd().split('\n').at(-1) ?? '');
    expect(last).toMatchObject({ level: 'error', event: 'service.ended_by_error', err: { message: REASON } });
    expect(last.err).not.toHaveProperty('stack');
    expect((await endOfUp(env)).stdout).not.toContain('storage.ts');
  });

  test('is reported in a sentence: a port that is taken', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    opened.push(async () => server.close());
    const { port } = server.address() as AddressInfo;
    const { code, stdout, stderr } = await endOfUp({}, ['--port', String(port)]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^tocsin: Port \d+ on 127\.0\.0\.1 is taken by another process\. .*\n$/);
  });

  test.each([
    [
      'a data folder that is a file',
      ['--data-dir', ENTRY],
      'The data folder .* cannot be made: .* is a file\\.',
    ],
    [
      'a data folder below a file',
      ['--data-dir', `${ENTRY}/x`],
      'The data folder .* cannot be made: .* is a file\\.',
    ],
    [
      'a data folder where none can be made',
      ['--data-dir', '/proc/none/x'],
      'The data folder .* cannot be made: ENOENT',
    ],
    ['a log file that is a folder', ['--log-file', os.tmpdir()], 'The log cannot be written: EISDIR'],
    ['an option that there is not', ['--demmo'], "unknown option '--demmo'"],
  ])('is reported in a sentence: %s', async (_, words, text) => {
    const { code, stdout, stderr } = await endOfUp({}, words);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(new RegExp(`^tocsin: ${text}.*\\n`));
    expect(stderr).not.toContain('    at ');
  });

  test('is reported in a sentence: an address of another machine', async () => {
    const { code, stderr } = await endOfUp({}, ['--host', '192.0.2.1']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^tocsin: Cannot listen on 192\.0\.2\.1:0: .*EADDRNOTAVAIL.*\.\n$/);
  });

  test('is reported with every fault of the settings', async () => {
    const { code, stderr } = await endOfUp({ LOG_LEVEL: 'loud', TOCSIN_RETRY_MAX: '11' });
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^tocsin: The settings are not usable\.\n {2}TOCSIN_RETRY_MAX: .*\n {2}LOG_LEVEL: .*\n$/,
    );
  });
});

test('on whatever port, commands find it by the data folder, until it has stopped', async () => {
  const storage = await openStorage();
  const tocsin = await start(storage);
  const env = { TOCSIN_DATA_DIR: storage.env.TOCSIN_DATA_DIR ?? '', TOCSIN_API_KEY: ADMIN_KEY };
  const list = ['destinations', 'list', '--json'];
  expect(await runTocsin(list, { env })).toMatchObject({ code: 0, stderr: '' });
  expect(await runTocsin(list, { env: { ...env, TOCSIN_URL: 'http://127.0.0.1:2' } })).toMatchObject({
    code: 1,
  });
  expect(await runTocsin([...list, '--server', 'http://127.0.0.1:2'], { env })).toMatchObject({ code: 1 });
  await tocsin.process.stop();
  expect(existsSync(path.join(env.TOCSIN_DATA_DIR, 'address'))).toBe(false);
});

test('on a port that it found itself, links in payloads lead to that port', async () => {
  const tocsin = await start(await openStorage());
  const receiver = await createReceiver();
  opened.push(receiver.close);
  await tocsin.api('POST', '/v1/destinations', { displayName: 'A', url: receiver.url });
  await tocsin.api('POST', '/v1/alerts', sampleAlert({ alertId: 'A-1' }));
  const [request] = await waitFor(() => receiver.requests.length > 0 && receiver.requests);
  expect(JSON.parse(String(request?.body))).toMatchObject({ link: `${tocsin.url}/alerts/A-1` });
});

test('its own Postgres, killed under it, runs again with its data, and delivery goes on', async () => {
  const receiver = await createReceiver();
  opened.push(receiver.close);
  // Where these tests run as root, Postgres runs as another user, who must be able to come here.
  chmodSync(dataDir, 0o755);
  const folder = path.join(dataDir, '.tocsin');
  const tocsin = await startTocsin({ TOCSIN_DATA_DIR: folder });
  opened.push(() => tocsin.process.stop());
  const destination = { displayName: 'one', url: receiver.url, severities: [sampleAlert().severity] };
  expect((await tocsin.api('POST', '/v1/destinations', destination)).status).toBe(201);

  const [pid] = readFileSync(path.join(folder, 'postgres', 'postmaster.pid'), 'utf8').split('\n');
  process.kill(Number(pid), 'SIGKILL');
  const alert = {
    id: 'R',
    createdAt: '2026-07-01T07:57:12Z',
    severity: sampleAlert().severity,
    type: 'RULE',
    title: 'T',
  };
  await waitFor(async () => (await tocsin.api('POST', '/v1/alerts', alert)).status === 202);
  await receiver.waitFor(1);
  expect((await tocsin.api('GET', '/v1/destinations')).body.items).toHaveLength(1);
  expect((await tocsin.process.stop()).code).toBe(0);
});

describe('a second one on the same database', () => {
  test('is refused with queues on Postgres, and does not disturb the first', async () => {
    const storage = await openStorage();
    const first = await start(storage);
    const { code, stderr } = await endOfUp({ DATABASE_URL: storage.env.DATABASE_URL ?? '' });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^tocsin: Another `tocsin up` is running on this database .*REDIS_URL\.\n$/);
    expect((await first.api('GET', '/v1/alerts')).status).toBe(200);
  });

  test('is welcome with queues on Redis', async () => {
    const storage = await openStorage('redis');
    await start(storage);
    const second = await start(storage);
    expect((await second.api('GET', '/v1/alerts')).status).toBe(200);
  });
});

describe('Ctrl-C while it starts', () => {
  /** A Postgres that takes connections and never says a word. */
  async function silentPostgres(): Promise<{ url: string; connected: Promise<unknown> }> {
    const sockets = new Set<Socket>();
    const server = createServer((socket) => sockets.add(socket)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    opened.push(async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    });
    const { port } = server.address() as AddressInfo;
    return { url: `postgres://tocsin@127.0.0.1:${port}/tocsin`, connected: once(server, 'connection') };
  }

  async function startWaiting(): Promise<TestProcess> {
    const postgres = await silentPostgres();
    const child = await startProcess({
      entry: ENTRY,
      args: ['up', '--port', '0', '--data-dir', dataDir],
      env: { DATABASE_URL: postgres.url },
    });
    opened.push(() => child.stop());
    await postgres.connected;
    return child;
  }

  test('ends it in good order, whatever it was waiting for', async () => {
    const child = await startWaiting();
    expect(await child.kill('SIGINT')).toEqual({ code: 0, signal: null });
    expect(child.stdout()).toMatch(/\nStopping: .*\n(?:.*\n)*Stopped\. Nothing is lost: .*\n(?:\{.*\n)*$/);
    expect(child.stderr()).toBe('');
  });

  test('ends it at once when it comes twice', async () => {
    const child = await startWaiting();
    child.kill('SIGINT');
    await child.printed(/Stopping: /);
    expect(await child.kill('SIGINT')).toEqual({ code: 1, signal: null });
    expect(child.stderr()).toContain('Could not close everything in time');
  });

  test('leaves no Postgres behind that was just being started', async () => {
    // Where these tests run as root, Postgres runs as another user, who must be able to come here.
    chmodSync(dataDir, 0o755);
    const folder = path.join(dataDir, '.tocsin');
    const child = await startProcess({
      entry: ENTRY,
      args: ['up', '--port', '0', '--data-dir', folder, '--demo'],
    });
    opened.push(() => child.stop());
    await waitFor(() => existsSync(path.join(folder, 'postgres-password')));
    expect(await child.kill('SIGTERM')).toEqual({ code: 0, signal: null });
    expect(child.stdout()).toMatch(/^\nStopping: .*\nStopped\. Nothing is lost: .*\n$/);
    expect(existsSync(path.join(folder, 'postgres', 'PG_VERSION'))).toBe(true);
    expect(existsSync(path.join(folder, 'postgres', 'postmaster.pid'))).toBe(false);
  });
});
