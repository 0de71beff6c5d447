import type { Command } from 'commander';
import { type CaseOptions, withCaseOptions } from '../options/case-options.ts';

/** How the cases of the benchmark are run. */
export interface BenchmarkOptions extends CaseOptions {
  out?: string;
  profile?: string;
  before?: string;
}

/** Gives a command the cases to run as its arguments, and the options. */
export function withBenchmarkOptions(command: Command, cases: string): Command {
  return withCaseOptions(command, cases)
    .option('--out <folder>', 'put the figures there as JSON, and a chart for each id')
    .option(
      '--profile <folder>',
      'put processor profiles of all services there, and what Postgres was busy with',
    )
    .option(
      '--before <folder>',
      'compare with the version that is built in that checkout, and run nothing else',
    );
}

/** The same choice as words of a command line. */
export function benchmarkWords(
  cases: readonly string[],
  { seed, short, json, out, write, profile, before }: BenchmarkOptions,
): string[] {
  return [
    ...cases,
    ...['--seed', `${seed}`],
    ...(short === true ? ['--short'] : []),
    ...(json === true ? ['--json'] : []),
    ...(out === undefined ? [] : ['--out', out]),
    ...(write === undefined ? [] : ['--write', write]),
    ...(profile === undefined ? [] : ['--profile', profile]),
    ...(before === undefined ? [] : ['--before', before]),
  ];
}
