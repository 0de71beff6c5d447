import type { OutageLog } from './outage.ts';

/** Logs two lines about work that is repeated: when it begins to fail, and when it works again. */
export interface FailureLog {
  /** It failed; only the first time of a row is a line. */
  failed(error: unknown, fields?: object): void;
  /** It worked; a line where it had failed before. */
  succeeded(fields?: object): void;
}

export interface FailureLogOptions {
  /** What is said when it begins to fail. */
  failing: string;
  /** What is said when it works again. */
  working: string;
  /** Whether an error belongs to an outage that has log lines of its own; then nothing is logged here. */
  isKnown?: (error: unknown) => boolean;
  log: OutageLog;
}

/** An error of another code than the one before begins a row of its own. */
export function createFailureLog({
  failing,
  working,
  isKnown = () => false,
  log,
}: FailureLogOptions): FailureLog {
  let row: { code: unknown } | undefined;
  return {
    failed(error, fields = {}) {
      const { code, message } = error as { code?: unknown; message?: string };
      const line = { ...fields, code, reason: message };
      if (isKnown(error) || (row !== undefined && row.code === code)) return log.debug?.(line, failing);
      row = { code };
      log.warn(line, failing);
    },
    succeeded(fields = {}) {
      if (row !== undefined) log.info?.(fields, working);
      row = undefined;
    },
  };
}
