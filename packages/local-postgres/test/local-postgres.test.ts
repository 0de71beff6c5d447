import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import { startLocalPostgres } from '../src/index.ts';

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
}, 60_000);

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
}, 60_000);

test('a server that was left running is adopted', async () => {
  const left = await startLocalPostgres({ dataDir });
  const again = await startLocalPostgres({ dataDir });
  expect([again.adopted, again.url]).toEqual([true, left.url]);
  await again.close();
}, 60_000);

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
}, 60_000);
