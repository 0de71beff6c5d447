import { createLogger, type Logger } from '@tocsin/runtime';
import { pino } from 'pino';

export interface LogTarget {
  /** `trace` to `fatal`, or `silent`. */
  level: string;
  /** Appended to, and made with its folder, for its owner alone; without it, lines go to a standard stream. */
  file: string | undefined;
  /** With `--json`, standard output is for one document alone. */
  json: boolean;
}

const STDERR = 2;

/** The log of `tocsin up`. */
export function openLog({ level, file, json }: LogTarget): Logger {
  const fileOrStderr = file === undefined ? { dest: STDERR } : { dest: file, mkdir: true, mode: 0o600 };
  const isStdout = file === undefined && !json;
  return createLogger({
    level,
    service: 'tocsin',
    ...(isStdout ? {} : { destination: pino.destination(fileOrStderr) }),
  });
}
