import type { Readable, Writable } from 'node:stream';
import type { ExitCode } from './exit-codes.ts';

/** An output stream; a terminal has a width. */
export type OutputStream = Writable & { isTTY?: boolean; columns?: number };
export type InputStream = Readable & { isTTY?: boolean };

/** Ctrl-C and SIGTERM, caught by a command that wants to end in good order. */
export interface Interruption {
  /** Aborted by the first signal: start nothing new. */
  readonly stop: AbortSignal;
  /** Aborted by the second: cancel everything. */
  readonly abort: AbortSignal;
  /** Stops catching the signals. */
  release(): void;
}

/** What a command gets from its surroundings. */
export interface CommandContext {
  stdin: InputStream;
  stdout: OutputStream;
  stderr: OutputStream;
  env: Readonly<Record<string, string | undefined>>;
  now(): Date;
  catchSignals(): Interruption;
  /** Sets what the process will exit with; without a call it is 0, and 1 where the command throws. */
  setExitCode(code: ExitCode): void;
}
