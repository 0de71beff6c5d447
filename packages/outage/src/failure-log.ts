import type { OutageLog } from './outage.ts';

/** Logs two lines about work that is repeated: when it begins to fail, and when it works again. */
export interface FailureLog {
  /** The work failed; only the first in a row is logged. */
  failed(error: unknown, fields?: object): void;
  /** The work succeeded; logged if it failed before. */
  succeeded(fields?: object): void;
}

interface FailureLine {
  /** What the line is known by; see docs/log.md. */
  event: string;
  message: string;
}

export interface FailureLogOptions {
  /** The line when it begins to fail. */
  failing: FailureLine;
  /** The line when it works again. */
  working: FailureLine;
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
      const { code } = error as { code?: unknown };
      const line = { event: failing.event, ...fields, err: error };
      if (isKnown(error) || (row !== undefined && row.code === code))
        return log.debug?.(line, failing.message);
      row = { code };
      log.warn(line, failing.message);
    },
    succeeded(fields = {}) {
      if (row !== undefined) log.info?.({ event: working.event, ...fields }, working.message);
      row = undefined;
    },
  };
}
