import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { startProcess, testWhen } from '@tocsin/testkit';
import { builtEntry } from '../../harness/service-settings.ts';
import { hasProcessorTimes } from '../../harness/system/processor-time.ts';
import { ENTRY } from '../tocsin-process.ts';

const isBuilt = existsSync(builtEntry('ingest-api'));
const folders = (process.env.PATH ?? '').split(path.delimiter);
const hasRedis = folders.some((folder) => existsSync(path.join(folder, 'redis-server')));

testWhen(
  test,
  isBuilt && hasRedis && hasProcessorTimes,
  'the benchmark needs the built services (pnpm build), redis-server on the PATH, and Linux',
)('the benchmark measures a drain beside its bare parts', async () => {
  const out = mkdtempSync(path.join(os.tmpdir(), 'tocsin-benchmark-'));
  try {
    const run = await startProcess({
      entry: ENTRY,
      args: ['bench', 'drain', '--short', '--seed', '3', '--json', '--out', out],
      env: {},
    });
    const { code } = await run.exited;
    // It may be met or not on this machine, but it has run.
    expect({ code, printed: code === 0 || code === 2 ? '' : run.stderr() }).toEqual({ code, printed: '' });
    const { machine, cases } = JSON.parse(run.stdout());
    expect(machine.cores).toBe(os.cpus().length);
    expect(cases.map(({ id }: { id: string }) => id)).toEqual(['S1', 'S4', 'S12']);
    for (const { id, detail } of cases) {
      for (const part of detail.parts) {
        expect({ id, part: part.part, isFigure: part.figure > 0 }).toEqual({
          id,
          part: part.part,
          isFigure: true,
        });
        expect(part.reasons.filter((reason: string) => reason.includes('failed'))).toEqual([]);
        expect(Object.keys(part.detail.byProcess[0]).sort()).toEqual(
          [
            ...['control-api', 'delivery-worker', 'ingest-api', 'postgres', 'receiver', 'redis'],
            ...['router', 'status-reads', 'status-service'],
          ].sort(),
        );
      }
    }
    expect(JSON.parse(readFileSync(path.join(out, 'benchmark.json'), 'utf8'))).toMatchObject({
      machine,
      cases,
    });
    expect(readFileSync(path.join(out, 'S12.svg'), 'utf8')).toMatch(/^<svg [\s\S]*<\/svg>\n$/);
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
});
