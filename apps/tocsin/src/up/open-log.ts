import { closeSync, mkdirSync, openSync } from 'node:fs';
import path from 'node:path';
import { createLogger, type Logger } from '@tocsin/service';
import { pino } from 'pino';
import { errorText } from '../output/error-text.ts';
import { UsageError } from '../usage-error.ts';

export interface LogTarget {
  /** `trace` to `fatal`, or `silent`. */
  level: string;
  /** Appended to, and made with its folder, for its owner alone; without it, lines go to a standard stream. */
  file: string | undefined;
  /** With `--json`, standard output has only the JSON document. */
  json: boolean;
}

const STDERR = 2;
const OWNER_ALONE = 0o600;

/**
 * The log of `tocsin up`.
 *
 * @throws UsageError where its file cannot be written
 */
export function openLog({ level, file, json }: LogTarget): Logger {
  if (file !== undefined) assertWritable(file);
  const fileOrStderr = file === undefined ? { dest: STDERR } : { dest: file, mode: OWNER_ALONE };
  const isStdout = file === undefined && !json;
  return createLogger({
    level,
    service: 'tocsin',
    ...(isStdout ? {} : { destination: pino.destination(fileOrStderr) }),
  });
}

/** Tested first: a failure to open would come later, where it cannot be caught. */
function assertWritable(file: string): void {
  try {
    mkdirSync(path.dirname(file), { recursive: true });
    closeSync(openSync(file, 'a', OWNER_ALONE));
  } catch (error) {
    throw new UsageError(
      `The log cannot be written: ${errorText(error)}. Choose another file with --log-file.`,
      {
        cause: error,
      },
    );
  }
}
