import { type Command, Option } from 'commander';
import { numberBetween } from './parse-number.ts';

/** How the cases of a program that measures are run. */
export interface CaseOptions {
  seed: number;
  short?: boolean;
  json?: boolean;
  write?: string;
}

/** Gives a command the cases to run as its arguments, and the options that all such programs have. */
export function withCaseOptions(command: Command, cases: string): Command {
  return command
    .argument('[case...]', cases)
    .addOption(
      new Option('--seed <n>', 'of what is random')
        .argParser(numberBetween({ min: 0, max: 2 ** 31 }))
        .default(1),
    )
    .option('--short', 'as short as can be: it shows that the cases run, and is no measurement')
    .option('--json', 'one line of JSON on standard output')
    .option('--write <file>', 'put the table into this document, between its marks');
}
