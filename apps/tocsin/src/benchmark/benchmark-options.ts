import { type Command, Option } from 'commander';
import { numberBetween } from '../options/parse-number.ts';

/** How the cases of the benchmark are run. */
export interface BenchmarkOptions {
  seed: number;
  short?: boolean;
  json?: boolean;
  out?: string;
  write?: string;
  profile?: string;
}

/** Gives a command the cases to run as its arguments, and the options. */
export function withBenchmarkOptions(command: Command, cases: string): Command {
  return command
    .argument('[case...]', cases)
    .addOption(
      new Option('--seed <n>', 'of what is random')
        .argParser(numberBetween({ min: 0, max: 2 ** 31 }))
        .default(1),
    )
    .option('--short', 'as short as can be: it shows that the cases run, and is no measurement')
    .option('--json', 'one line of JSON on standard output')
    .option('--out <folder>', 'put the figures there as JSON, and a chart for each id')
    .option('--write <file>', 'put the table into this document, between its marks')
    .option(
      '--profile <folder>',
      'put processor profiles of all services there, and what Postgres was busy with',
    );
}

/** The same choice as words of a command line. */
export function benchmarkWords(
  cases: readonly string[],
  { seed, short, json, out, write, profile }: BenchmarkOptions,
): string[] {
  return [
    ...cases,
    ...['--seed', `${seed}`],
    ...(short === true ? ['--short'] : []),
    ...(json === true ? ['--json'] : []),
    ...(out === undefined ? [] : ['--out', out]),
    ...(write === undefined ? [] : ['--write', write]),
    ...(profile === undefined ? [] : ['--profile', profile]),
  ];
}
