/**
 * Measures Tocsin beside bare loops of the same run. `tocsin bench [CASE…]`; docs/performance.md shows its figures.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Command } from 'commander';
import { type CaseReport, runAndReport } from '../harness/cases/run-and-report.ts';
import { runCaseProgram } from '../harness/cases/run-program.ts';
import { writeTable } from '../harness/verdict/write-table.ts';
import { type BenchmarkOptions, withBenchmarkOptions } from '../src/benchmark/benchmark-options.ts';
import { versionsCase } from './cases/versions.ts';
import { BENCHMARK_CASES } from './cases.ts';
import { chartsOf } from './report/charts.ts';

async function benchmark(
  wanted: readonly string[],
  { seed, short: isShort = false, json: isJson = false, out, write, profile, before }: BenchmarkOptions,
): Promise<void> {
  if (write !== undefined && (isShort || wanted.length > 0 || before !== undefined))
    throw new Error(
      'A table in a document is of all cases, at full length: --write goes without anything else',
    );
  const cases = before === undefined ? BENCHMARK_CASES : [versionsCase(path.resolve(before))];
  const profileDir = profile === undefined ? null : path.resolve(profile);
  if (profileDir !== null) mkdirSync(profileDir, { recursive: true });
  const report = await runAndReport(cases, wanted, { seed, isShort, isJson, profileDir });
  // A figure that could not be had is none.
  const isWhole = report.parts.every(({ figure }) => figure !== null);
  if (!isWhole) process.exitCode = 1;
  if (out !== undefined) writeFigures(out, report);
  if (write !== undefined && isWhole) writeTable(write, 'benchmark', report);
}

function writeFigures(out: string, report: CaseReport): void {
  mkdirSync(out, { recursive: true });
  const { machine, seed, isShort, minutes, ids: cases } = report;
  const json = JSON.stringify({ machine, seed, isShort, minutes, cases }, null, 2);
  writeFileSync(path.join(out, 'benchmark.json'), `${json}\n`);
  for (const { name, svg } of chartsOf(report)) writeFileSync(path.join(out, `${name}.svg`), svg);
}

const program = new Command('benchmark').description(
  'Measures Tocsin on this machine, with a Redis, a Postgres and a receiver of its own.',
);
await runCaseProgram(
  withBenchmarkOptions(
    program,
    `ids (S1), their parts (S4/rate) or names of cases; all by default: ${BENCHMARK_CASES.map(({ name }) => name).join(', ')}`,
  ).action(benchmark),
);
