import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import {
  type BenchmarkOptions,
  benchmarkWords,
  withBenchmarkOptions,
} from '../benchmark/benchmark-options.ts';
import { createCommand } from '../command.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { UsageError } from '../usage-error.ts';
import { benchLoadCommand } from './bench-load.ts';

const HOME = path.resolve(import.meta.dirname, '../..');
const PROGRAM = path.join(HOME, 'benchmark/benchmark.ts');
/** In a checkout alone, with its sources: what the cases measure against is no part of the product. */
const isCheckout = () => existsSync(PROGRAM) && existsSync(path.join(HOME, 'src'));

async function benchmark(words: readonly string[], context: CommandContext): Promise<void> {
  if (!isCheckout()) {
    throw new UsageError(
      'The cases of the benchmark are in a checkout of Tocsin. To measure a running one: tocsin bench load.',
    );
  }
  // A process of its own, so that nothing of this one is measured. It ends in good order, and this one after it.
  const interruption = context.catchSignals();
  const child = spawn(process.execPath, ['--conditions=@tocsin/source', '--no-warnings', PROGRAM, ...words], {
    stdio: 'inherit',
  });
  interruption.stop.addEventListener('abort', () => child.kill('SIGTERM'), { once: true });
  const [code] = (await once(child, 'close').finally(interruption.release)) as [number | null];
  if (interruption.stop.aborted) context.setExitCode(EXIT.interrupted);
  else if (code !== 0) context.setExitCode(code === 1 ? EXIT.negative : EXIT.failed);
}

/** `tocsin bench [CASE…]` and `tocsin bench load` */
export function benchCommand(context: CommandContext): Command {
  const command = createCommand(context, 'bench')
    .description('measure Tocsin on this machine, or one that runs (load)')
    .usage('[options] [case...]')
    // What follows `load` is its own.
    .enablePositionalOptions();
  return withBenchmarkOptions(command, 'ids (S1), their parts (S4/rate) or names of cases; all by default')
    .action((cases: string[], options: BenchmarkOptions) =>
      benchmark(benchmarkWords(cases, options), context),
    )
    .addCommand(benchLoadCommand(context));
}
