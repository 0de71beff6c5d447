import type { QueueLog } from './types.ts';

/** Where errors of connections, queues and workers go, so that a lost store neither crashes us nor floods the log. */
export interface ErrorLog {
  /** Logs the error, or only counts it when one like it was logged within the interval. */
  note(error: unknown, fields?: object): void;
  /** Says once that the store is back, if an error was logged before; the next error is then logged at once. */
  recovered(): void;
}

const INTERVAL_MS = 30_000;
const KINDS_MAX = 100;

/** @param now milliseconds of a clock */
export function createErrorLog(deps: { log: QueueLog; now: () => number }): ErrorLog {
  const kinds = new Map<string, { loggedAt: number; suppressed: number }>();
  return {
    note(error, fields = {}) {
      const { name, message, code } = describe(error);
      const kind = kindOf(code ?? name, message);
      const seen = kinds.get(kind);
      if (seen && deps.now() - seen.loggedAt < INTERVAL_MS) {
        seen.suppressed += 1;
        return;
      }
      if (kinds.size >= KINDS_MAX) kinds.clear();
      kinds.set(kind, { loggedAt: deps.now(), suppressed: 0 });
      const repeated = seen?.suppressed ? { suppressed: seen.suppressed } : {};
      deps.log.warn({ ...fields, code, error: message, ...repeated }, 'queue store error');
    },
    recovered() {
      if (kinds.size === 0) return;
      kinds.clear();
      deps.log.info({}, 'queue store is reachable');
    },
  };
}

// Chosen fields only: a client's error object can hold the command's arguments.
function describe(error: unknown): { name: string; message: string; code: string | undefined } {
  if (!(error instanceof Error)) return { name: 'unknown', message: String(error), code: undefined };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  // An AggregateError of a failed connect (IPv6 and IPv4 tried) has an empty message.
  return { name: error.name, message: error.message || code || error.name, code };
}

/** Errors that differ only in the job they name are of one kind. */
function kindOf(label: string, message: string): string {
  return `${label}: ${message.replace(/\bjob \S+/gi, 'job …')}`;
}
