import path from 'node:path';
import { startProcess } from '@tocsin/testkit';
import type { CaseContext, Measured, MeasuredCase } from '../../harness/cases/case.ts';
import { startPostgresServer } from '../../harness/system/postgres-server.ts';

const PROGRAM = path.resolve(import.meta.dirname, '../../../status-service/benchmark/measure-reads.ts');
const BESIDE_PER_SECOND = 200;

interface Reads {
  /** Milliseconds, by the kind of read. */
  reads: Record<string, { p50: number; p95: number; max: number }>;
  /** Of deliveries that go out before, beside and after the reads. */
  delays: Record<'before' | 'beside' | 'after', { p50: number | null; p99: number | null }> | null;
}

async function run(context: CaseContext): Promise<Measured[]> {
  const sizes = context.isShort
    ? ['--alerts', '2000', '--pending', '1000', '--days', '2', '--rounds', '1', '--only', 'limit=100']
    : ['--rounds', '3'];
  const postgres = await context.keep(startPostgresServer(), (one) => one.close());
  const measure = async (words: string[]): Promise<Reads> => {
    const child = await context.keep(
      startProcess({
        ...{ entry: PROGRAM, args: ['--json', ...sizes, ...words] },
        env: { DATABASE_URL: postgres.url },
      }),
      (one) => one.kill('SIGTERM'),
    );
    const { code } = await child.exited;
    if (code !== 0) throw new Error(`the reads could not be measured: ${child.stderr().slice(-500)}`);
    return JSON.parse(child.stdout()) as Reads;
  };
  const worst = ({ reads }: Reads) => Math.max(...Object.values(reads).map(({ p95 }) => p95));
  const alone = await measure(['--fill']);
  context.say(`alone: p95 of the slowest kind ${worst(alone).toFixed(0)} ms`);
  const beside = await measure(['--beside', `${BESIDE_PER_SECOND}`]);
  const { before, beside: during, after } = beside.delays!;
  return [
    { figure: worst(alone), detail: { reads: alone.reads } },
    { figure: worst(beside), detail: { reads: beside.reads } },
    {
      figure: (during.p99 ?? Number.POSITIVE_INFINITY) / Math.max(before.p99 ?? 0, after.p99 ?? 0),
      detail: { delays: beside.delays },
    },
  ];
}

/** The read API with a month of alerts stored. */
export const READS: MeasuredCase = {
  name: 'reads',
  about:
    '1,000,000 alerts and some 3,000,000 deliveries are stored, and every list, filter, search and page is read',
  isTimed: true,
  claims: [
    {
      ...{ id: 'S9', part: 'alone', unit: 'ms', target: 100 },
      promise: 'p95 of the slowest kind of read',
    },
    {
      ...{ id: 'S9', part: 'beside', unit: 'ms', target: 100 },
      promise: `the same while ${BESIDE_PER_SECOND} deliveries go out a second`,
    },
    {
      ...{ id: 'S9', part: 'deliveries', unit: '×', target: 1.2 },
      promise: 'p99 of those deliveries, against without the reads',
    },
  ],
  run,
};
