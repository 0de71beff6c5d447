/**
 * Measures Tocsin beside bare loops of the same run. `tocsin bench [CASE…]`; docs/performance.md shows its figures.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Command } from 'commander';
import { runAndReport } from '../harness/cases/run-and-report.ts';
import { writeTable } from '../harness/verdict/write-table.ts';
import { type BenchmarkOptions, withBenchmarkOptions } from '../src/benchmark/benchmark-options.ts';
import { BENCHMARK_CASES } from './cases.ts';
import { chartsOf } from './report/charts.ts';

async function benchmark(
  wanted: readonly string[],
  { seed, short: isShort = false, json: isJson = false, out, write, profile }: BenchmarkOptions,
): Promise<void> {
  const profileDir = profile === undefined ? null : path.resolve(profile);
  if (profileDir !== null) mkdirSync(profileDir, { recursive: true });
  const report = await runAndReport(BENCHMARK_CASES, wanted, { seed, isShort, isJson, profileDir });
  if (write !== undefined) writeTable(write, 'benchmark', report);
  if (out === undefined) return;
  mkdirSync(out, { recursive: true });
  const { machine, minutes, ids: cases } = report;
  const json = JSON.stringify({ machine, seed, isShort, minutes, cases }, null, 2);
  writeFileSync(path.join(out, 'benchmark.json'), `${json}\n`);
  for (const { name, svg } of chartsOf(report)) writeFileSync(path.join(out, `${name}.svg`), svg);
}

const program = new Command('benchmark').description(
  'Measures Tocsin on this machine, with a Redis, a Postgres and a receiver of its own.',
);
await withBenchmarkOptions(
  program,
  `ids (S1), their parts (S4/rate) or names of cases; all by default: ${BENCHMARK_CASES.map(({ name }) => name).join(', ')}`,
)
  .action(benchmark)
  .parseAsync()
  .catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 2;
  });
