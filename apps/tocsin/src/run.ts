import { catchSignals } from './catch-signals.ts';
import { runProgram } from './program.ts';

// A reader that has seen enough (`| head`) is no error; what comes after it is dropped without an error.
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

// What was done is done. Should something that could not be closed keep the process alive, it ends all the same.
const GRACE_MS = 2_000;
setTimeout(() => process.exit(), GRACE_MS).unref();
