import { setTimeout as delay } from 'node:timers/promises';

/** What the store logs to; a pino logger fits. */
export interface StoreLog {
  warn(fields: object, message: string): void;
  info?(fields: object, message: string): void;
}

/** What is known of whether the database can be talked to; for all parts of a process, which says so in two lines. */
export interface Outage {
  /** A connection broke, or none could be made. The first of an outage is logged. */
  failed(error: unknown): void;
  isOn(): boolean;
  /** Resolves at once while no outage is known, else when the database answers again. */
  over(): Promise<void>;
  close(): void;
}

/**
 * Logs the first failure, asks until there is an answer, and logs that.
 *
 * @param options.ask resolves where the database answers
 * @param options.everyMs between two questions; milliseconds
 */
export function createOutage(options: {
  ask: () => Promise<unknown>;
  log: StoreLog;
  everyMs?: number;
}): Outage {
  const { ask, log, everyMs = 500 } = options;
  const closing = new AbortController();
  let current: Promise<void> | undefined;

  async function watch(): Promise<void> {
    const startedAt = performance.now();
    while (!closing.signal.aborted) {
      const answers = await ask().then(
        () => true,
        () => false,
      );
      if (answers) break;
      await delay(everyMs, undefined, { signal: closing.signal }).catch(() => undefined);
    }
    current = undefined;
    if (closing.signal.aborted) return;
    const outageMs = Math.round(performance.now() - startedAt);
    log.info?.({ event: 'postgres.available', outageMs }, 'Postgres answers again');
  }

  return {
    failed(error) {
      if (current !== undefined || closing.signal.aborted) return;
      const { code, message } = error as { code?: string; message?: string };
      log.warn({ event: 'postgres.unavailable', code, reason: message }, 'lost Postgres; waiting for it');
      current = watch();
    },
    isOn: () => current !== undefined,
    over: () => current ?? Promise.resolve(),
    close: () => closing.abort(),
  };
}
