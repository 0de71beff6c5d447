import type { Command } from 'commander';

/** Runs a program that measures, by this process's command line; what it throws is printed, and the exit code is 2. */
export async function runCaseProgram(program: Command): Promise<void> {
  try {
    await program.parseAsync();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 2;
  }
}
