import { catchSignals } from './catch-signals.ts';
import { runProgram } from './program.ts';

// A reader that closes the pipe early (`| head`) is not an error; further output is dropped.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? (process.exitCode ?? 0) : 1);
});
process.stderr.on('error', () => undefined);

process.exitCode = await runProgram(process.argv.slice(2), {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  now: () => new Date(),
  catchSignals: () => catchSignals(process),
});

// The command has ended. Exit even if something unclosed would keep the process alive.
const GRACE_MS = 2_000;
setTimeout(() => process.exit(), GRACE_MS).unref();
