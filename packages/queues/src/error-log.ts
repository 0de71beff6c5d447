import type { Outage } from '@tocsin/outage';
import { errorFields } from './failure-reason.ts';
import { createQueueOutage, isQueueUnavailable } from './queue-outage.ts';
import type { QueueBackendConfig, QueueLog } from './types.ts';

/** Where errors of connections, queues and workers go, so that a lost store neither crashes us nor floods the log. */
export interface ErrorLog {
  /**
   * Logs an error, or only counts it if a similar one was logged within the interval. Errors of an outage are left to
   * the outage's own two lines.
   */
  note(error: unknown, fields?: object): void;
  /** The level of lines about effects of an outage: `debug` during one and just after. */
  level(): 'warn' | 'debug';
  close(): void;
}

const INTERVAL_MS = 30_000;
const KINDS_MAX = 100;

/** The log of one producer, consumer or board. It uses the process's outage, or else one of its own. */
export function openErrorLog({
  backend,
  log,
  outage,
}: {
  backend: QueueBackendConfig;
  log: QueueLog;
  outage?: Outage | undefined;
}): ErrorLog {
  const own = outage ?? createQueueOutage({ backend, log });
  const errors = createErrorLog({ log, outage: own, now: () => performance.now() });
  return { ...errors, close: () => (outage === undefined ? own.close() : undefined) };
}

/** @param now milliseconds of a clock */
export function createErrorLog(deps: {
  log: QueueLog;
  outage: Pick<Outage, 'failed' | 'isFelt'>;
  now: () => number;
}): Omit<ErrorLog, 'close'> {
  const { log, outage, now } = deps;
  const kinds = new Map<string, { loggedAt: number; suppressed: number }>();
  return {
    level: () => (outage.isFelt() ? 'debug' : 'warn'),
    note(error, fields = {}) {
      const err = errorFields(error);
      const { name, message, code } = err;
      if (isQueueUnavailable(error)) return outage.failed(error);
      if (outage.isFelt())
        return log.debug({ event: 'queue_store.failed', ...fields, err }, 'queue store error');
      const kind = kindOf(code ?? name, message);
      const seen = kinds.get(kind);
      if (seen && now() - seen.loggedAt < INTERVAL_MS) {
        seen.suppressed += 1;
        return;
      }
      if (kinds.size >= KINDS_MAX) kinds.clear();
      kinds.set(kind, { loggedAt: now(), suppressed: 0 });
      const repeated = seen?.suppressed ? { suppressed: seen.suppressed } : {};
      log.warn({ event: 'queue_store.failed', ...fields, err, ...repeated }, 'queue store error');
    },
  };
}

/** Errors that differ only in the job they name are of one kind. */
function kindOf(label: string, message: string): string {
  return `${label}: ${message.replace(/\bjob \S+/gi, 'job …')}`;
}
