import { existsSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { startProcess, testWhen } from '@tocsin/testkit';
import { builtEntry } from '../../harness/service-settings.ts';
import type { IdVerdict } from '../../harness/verdict/judge.ts';

const ENTRY = path.resolve(import.meta.dirname, '../../faults/faults.ts');
const isBuilt = existsSync(builtEntry('ingest-api'));
const folders = (process.env.PATH ?? '').split(path.delimiter);
const hasRedis = folders.some((folder) => existsSync(path.join(folder, 'redis-server')));

testWhen(
  test,
  isBuilt && hasRedis,
  'the fault program needs the built services (pnpm build), and redis-server on the PATH',
)('the program kills services on both backends and empties Redis, and loses nothing', async () => {
  const run = await startProcess({
    entry: ENTRY,
    args: ['G1', 'G2/empty', '--short', '--seed', '7', '--json'],
    env: {},
  });
  const { code } = await run.exited;
  // Its table, where something is not met.
  expect({ code, table: code === 0 ? '' : run.stderr() }).toEqual({ code: 0, table: '' });
  const lines = run.stdout().trim().split('\n');
  expect(lines).toHaveLength(1);
  const { seed, cases } = JSON.parse(lines[0] as string) as { seed: number; cases: IdVerdict[] };
  expect(seed).toBe(7);
  expect(cases).toMatchObject([
    { id: 'G1', figure: 0, unit: 'undelivered', target: 0, met: true },
    { id: 'G2', figure: 0, unit: 'undelivered', target: 0, met: true },
  ]);
  expect(cases.map(({ detail }) => detail.parts.length)).toEqual([2, 1]);
  expect(cases.every(({ detail }) => detail.parts.every(({ struck }) => Number(struck) > 0))).toBe(true);
  expect(run.stderr()).toContain('VERDICT');
});
