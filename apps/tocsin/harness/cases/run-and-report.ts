import { describeMachine, type Machine } from '../machine.ts';
import { monotonicMs } from '../monotonic-time.ts';
import { type IdVerdict, judgeIds, type PartVerdict } from '../verdict/judge.ts';
import { machineText, verdictTable } from '../verdict/report.ts';
import type { MeasuredCase } from './case.ts';
import type { RunOptions } from './run-case.ts';
import { runCases } from './run-cases.ts';
import { selectCases } from './select-cases.ts';

export interface CaseReport {
  machine: Machine;
  seed: number;
  isShort: boolean;
  minutes: number;
  parts: PartVerdict[];
  ids: IdVerdict[];
}

export interface ReportOptions extends Omit<RunOptions, 'signal' | 'say'> {
  /** Prints one line of JSON on standard output besides. */
  isJson: boolean;
}

const say = (line: string) => process.stderr.write(`${line}\n`);

/**
 * Runs the cases that are wanted, all of them where none is named, and prints a table of what came of them.
 * SIGINT and SIGTERM end it; then, and where a claim is not met, so does the process with exit code 1.
 *
 * @throws Error naming what there is no case of
 */
export async function runAndReport(
  all: readonly MeasuredCase[],
  wanted: readonly string[],
  { isJson, ...options }: ReportOptions,
): Promise<CaseReport> {
  const { cases, isWanted } = selectCases(all, wanted);
  const interrupted = new AbortController();
  // Each time: a second Ctrl-C must not leave behind what was started.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => interrupted.abort());
  const begin = monotonicMs();
  const verdicts = await runCases(cases, { ...options, signal: interrupted.signal, say });
  const parts = verdicts.filter(isWanted);
  const ids = judgeIds(parts);
  const machine = describeMachine();
  const { seed, isShort } = options;
  const minutes = (monotonicMs() - begin) / 60_000;
  say(`${machineText(machine)}; seed ${seed}, ${minutes.toFixed(1)} min`);
  for (const line of verdictTable(parts, process.stderr.columns ?? Number.POSITIVE_INFINITY)) say(line);
  if (isJson) process.stdout.write(`${JSON.stringify({ machine, seed, isShort, minutes, cases: ids })}\n`);
  if (interrupted.signal.aborted || ids.some(({ met }) => met === false)) process.exitCode = 1;
  return { machine, seed, isShort, minutes, parts, ids };
}
