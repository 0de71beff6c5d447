/**
 * Breaks what Tocsin runs on and with, again and again, and counts at the receivers whether it keeps its promises.
 * `pnpm faults [CASE…] [--seed N] [--short] [--json]`; docs/guarantees.md says what each case holds.
 */
import { Command, Option } from 'commander';
import { runAndReport } from '../harness/cases/run-and-report.ts';
import { writeTable } from '../harness/verdict/write-table.ts';
import { numberBetween } from '../src/options/parse-number.ts';
import { FAULT_CASES, SHORT_CASES } from './cases.ts';

interface Options {
  seed: number;
  short?: boolean;
  json?: boolean;
  write?: string;
}

async function faults(
  named: readonly string[],
  { seed, short: isShort = false, json: isJson = false, write }: Options,
): Promise<void> {
  const wanted = named.length === 0 && isShort ? SHORT_CASES : named;
  const report = await runAndReport(FAULT_CASES, wanted, { seed, isShort, isJson });
  if (write !== undefined) writeTable(write, 'faults', report);
  // A promise that could not be tried is not kept.
  if (report.ids.some(({ met }) => met !== true)) process.exitCode = 1;
}

await new Command('faults')
  .description('Breaks what Tocsin runs on and with, and counts at the receivers what became of every alert.')
  .argument(
    '[case...]',
    `ids (G1), their parts (G1/redis) or names of cases; all of them by default: ${FAULT_CASES.map(({ name }) => name).join(', ')}`,
  )
  .addOption(
    new Option('--seed <n>', 'of what is random')
      .argParser(numberBetween({ min: 0, max: 2 ** 31 }))
      .default(1),
  )
  .option('--short', 'as short as can be: it shows that the cases run, and is no measurement')
  .option('--json', 'one line of JSON on standard output')
  .option('--write <file>', 'puts the table into this document, between its marks')
  .action(faults)
  .parseAsync()
  .catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 2;
  });
