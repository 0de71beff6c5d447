/**
 * Breaks what Tocsin runs on and with, again and again, and counts at the receivers whether it keeps its promises.
 * `pnpm faults [CASE…] [--seed N] [--short] [--json]`; docs/guarantees.md says what each case holds.
 */
import { Command } from 'commander';
import { runAndReport } from '../harness/cases/run-and-report.ts';
import { runCaseProgram } from '../harness/cases/run-program.ts';
import { writeTable } from '../harness/verdict/write-table.ts';
import { type CaseOptions, withCaseOptions } from '../src/options/case-options.ts';
import { FAULT_CASES, SHORT_CASES } from './cases.ts';

async function faults(
  named: readonly string[],
  { seed, short: isShort = false, json: isJson = false, write }: CaseOptions,
): Promise<void> {
  const wanted = named.length === 0 && isShort ? SHORT_CASES : named;
  const report = await runAndReport(FAULT_CASES, wanted, { seed, isShort, isJson });
  if (write !== undefined) writeTable(write, 'faults', report);
  // A promise that could not be tried is not kept.
  if (report.ids.some(({ met }) => met !== true)) process.exitCode = 1;
}

const program = new Command('faults').description(
  'Breaks what Tocsin runs on and with, and counts at the receivers what became of every alert.',
);
await runCaseProgram(
  withCaseOptions(
    program,
    `ids (G1), their parts (G1/redis) or names of cases; all of them by default: ${FAULT_CASES.map(({ name }) => name).join(', ')}`,
  ).action(faults),
);
