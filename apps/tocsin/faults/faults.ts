/**
 * Breaks what Tocsin runs on and with, again and again, and counts at the receivers whether it keeps its promises.
 * `pnpm faults [CASE…] [--seed N] [--short] [--json]`; docs/guarantees.md says what each case holds.
 */
import { Command, Option } from 'commander';
import { describeMachine } from '../harness/machine.ts';
import { numberBetween } from '../src/options/parse-number.ts';
import { FAULT_CASES, SHORT_CASES } from './cases.ts';
import { monotonicMs } from './run/monotonic-time.ts';
import { runFaultCases } from './run/run-cases.ts';
import { selectCases } from './run/select-cases.ts';
import { judgeIds } from './verdict/judge.ts';
import { faultTable } from './verdict/report.ts';
import { writeTable } from './verdict/write-table.ts';

interface Options {
  seed: number;
  short?: boolean;
  json?: boolean;
  write?: string;
}

const say = (line: string) => process.stderr.write(`${line}\n`);

async function faults(
  wanted: readonly string[],
  { seed, short: isShort = false, json = false, write }: Options,
): Promise<void> {
  const { cases, isWanted } = selectCases(FAULT_CASES, wanted.length === 0 && isShort ? SHORT_CASES : wanted);
  const interrupted = new AbortController();
  // Each time: a second Ctrl-C must not leave behind what was started.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => interrupted.abort());
  const begin = monotonicMs();
  const all = await runFaultCases(cases, { seed, isShort, signal: interrupted.signal, say });
  const parts = all.filter(isWanted);
  const machine = describeMachine();
  const minutes = (monotonicMs() - begin) / 60_000;
  say(
    `${machine.cores} × ${machine.cpu}, ${machine.memoryGib} GiB, Node ${machine.node}; seed ${seed}, ${minutes.toFixed(1)} min`,
  );
  for (const line of faultTable(parts, process.stderr.columns ?? Number.POSITIVE_INFINITY)) say(line);
  const ids = judgeIds(parts);
  if (json) process.stdout.write(`${JSON.stringify({ machine, seed, isShort, minutes, cases: ids })}\n`);
  if (write !== undefined) writeTable(write, { machine, seed, parts });
  if (interrupted.signal.aborted || ids.some(({ met }) => met !== true)) process.exitCode = 1;
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
    say(error instanceof Error ? error.message : String(error));
    process.exitCode = 2;
  });
