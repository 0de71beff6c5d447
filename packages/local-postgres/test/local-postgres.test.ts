import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import { accountFor } from '../src/account.ts';
import { findBinaries } from '../src/binaries.ts';
import { LocalPostgresInUseError, startLocalPostgres } from '../src/index.ts';
import { locate } from '../src/location.ts';
import { runPostgresProgram } from '../src/run-program.ts';

const root = mkdtempSync(path.join(os.tmpdir(), 'tocsin-local-'));
const dataDir = path.join(root, '.tocsin');
let keptIn: string;

async function query(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

beforeAll(async () => {
  const first = await startLocalPostgres({ dataDir });
  keptIn = first.dataDir;
  await query(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
  await first.close();
});

afterAll(() => {
  rmSync(keptIn, { recursive: true, force: true });
  rmSync(root, { recursive: true, force: true });
});

test('keeps its data over a stop, and takes settings', async () => {
  const server = await startLocalPostgres({ dataDir, settings: { max_connections: '33' } });
  try {
    expect(server.adopted).toBe(false);
    expect(await query(server.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
    expect(await query(server.url, 'SHOW max_connections')).toEqual([{ max_connections: '33' }]);
  } finally {
    await server.close();
  }
});

test('a server that was left running is adopted', async () => {
  const left = await startLocalPostgres({ dataDir });
  const again = await startLocalPostgres({ dataDir });
  expect([again.adopted, again.url]).toEqual([true, left.url]);
  await again.close();
});

test('one that was killed leaves nothing in the way', async () => {
  const killed = await startLocalPostgres({ dataDir });
  const pid = readFileSync(path.join(keptIn, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0] as string;
  execFileSync('kill', ['-KILL', pid]);
  const server = await startLocalPostgres({ dataDir });
  try {
    expect(server.url).not.toBe('');
    expect(await query(server.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
  } finally {
    await server.close();
  }
  expect(killed.adopted).toBe(false);
});

test('one that is killed while it is used runs again at the same address, with its data', async () => {
  const events: string[] = [];
  const server = await startLocalPostgres({
    dataDir,
    keepRunning: {
      onEnded: () => events.push('ended'),
      onRestarted: () => events.push('restarted'),
      // What the killed one has left behind may need a moment to end.
      onRestartFailed: () => undefined,
    },
  });
  try {
    await query(server.url, 'CREATE TABLE IF NOT EXISTS committed AS SELECT 1 AS n');
    for (let kills = 1; kills <= 2; kills += 1) {
      const pid = readFileSync(path.join(keptIn, 'postgres', 'postmaster.pid'), 'utf8').split(
        '\n',
      )[0] as string;
      execFileSync('kill', ['-KILL', pid]);
      // Not by the test kit's wait: see below.
      while (events.length < 2 * kills) await sleep(20);
      expect(await query(server.url, 'SELECT n FROM committed')).toEqual([{ n: 1 }]);
    }
    expect(events).toEqual(['ended', 'restarted', 'ended', 'restarted']);
  } finally {
    await server.close();
  }
  await sleep(1_500);
  expect(events).toHaveLength(4);
});

test('a process that has the id of a server long gone is left in peace', async () => {
  const bystander = spawn('sleep', ['120']);
  await once(bystander, 'spawn');
  const file = path.join(keptIn, 'postgres', 'postmaster.pid');
  writeFileSync(file, `${bystander.pid}\n${keptIn}/postgres\n1790000000\n1\n\n127.0.0.1\n  1 2\nready   \n`);
  try {
    const server = await startLocalPostgres({ dataDir });
    try {
      expect(await query(server.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
      expect(server.adopted).toBe(false);
      expect([bystander.exitCode, bystander.signalCode]).toEqual([null, null]);
    } finally {
      await server.close();
    }
  } finally {
    bystander.kill('SIGKILL');
  }
});

test('a server that is still starting is waited for', async () => {
  const folder = path.join(keptIn, 'postgres');
  const account = accountFor(process.getuid?.());
  // A standby that nobody may read from says that it starts, until it is promoted.
  const signal = path.join(folder, 'standby.signal');
  writeFileSync(signal, '');
  if (account !== undefined) chownSync(signal, account.uid, account.gid);
  const left = await startLocalPostgres({ dataDir, settings: { hot_standby: 'off' } });
  const pid = () => readFileSync(path.join(folder, 'postmaster.pid'), 'utf8').split('\n')[0];
  const started = pid();
  const waiting = startLocalPostgres({ dataDir });
  // Not by the test kit's wait: the kit starts its Postgres with this package, and packages are no circle.
  while (!readFileSync(path.join(keptIn, 'postgres.log'), 'utf8').includes('not accepting')) await sleep(20);
  const { pgCtl } = locate(dataDir, findBinaries(), account).binaries;
  expect((await runPostgresProgram(pgCtl, ['promote', `--pgdata=${folder}`], account)).code).toBe(0);
  const again = await waiting;
  try {
    expect([again.adopted, again.url, pid()]).toEqual([true, left.url, started]);
    expect(await query(again.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
  } finally {
    await again.close();
  }
});

test('of two that start at the same time on a new folder one is refused, and the other works', async () => {
  const fresh = path.join(root, 'fresh');
  const starts = [startLocalPostgres({ dataDir: fresh }), startLocalPostgres({ dataDir: fresh })];
  const results = await Promise.allSettled(starts);
  const servers = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  try {
    expect(servers).toHaveLength(1);
    expect(results.find((result) => result.status === 'rejected')?.reason).toBeInstanceOf(
      LocalPostgresInUseError,
    );
    expect(await query(servers[0]?.url as string, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  } finally {
    for (const server of servers) {
      await server.close();
      rmSync(server.dataDir, { recursive: true, force: true });
    }
  }
});
