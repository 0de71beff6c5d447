import { setTimeout as delay } from 'node:timers/promises';

/** What the store logs to; a pino logger fits. */
export interface StoreLog {
  warn(fields: object, message: string): void;
  info?(fields: object, message: string): void;
}

/** What is known of whether the database can be talked to; for all parts of a process, which says so in two lines. */
export interface Outage {
  /** A connection broke, or none could be made: whether that is an outage is asked of the database. */
  failed(error: unknown): void;
  isOn(): boolean;
  /** Resolves at once while no outage is known, else when the database answers again. */
  over(): Promise<void>;
  close(): void;
}

/** What has not answered after this long is unavailable; milliseconds. */
const ANSWER_MS = 1_000;

/**
 * After a failure it asks until there is an answer. Where that comes at once, as after connections that were ended one by
 * one, there was no outage and nothing is logged. One refused question is no proof: it may have met a connection that the
 * pool has not yet found broken.
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
  const { signal } = closing;
  let current: Promise<void> | undefined;

  async function watch(error: unknown): Promise<void> {
    const startedAt = performance.now();
    let isLogged = false;
    const logBegin = () => {
      if (isLogged || signal.aborted) return;
      isLogged = true;
      const { code, message } = error as { code?: string; message?: string };
      log.warn({ event: 'postgres.unavailable', code, reason: message }, 'lost Postgres; waiting for it');
    };
    const slow = setTimeout(logBegin, ANSWER_MS);
    for (let refused = 0; !signal.aborted && !(await ask().then(isTrue, isFalse)); refused += 1) {
      if (refused > 0) logBegin();
      await delay(everyMs, undefined, { signal }).catch(isFalse);
    }
    clearTimeout(slow);
    current = undefined;
    if (!isLogged || signal.aborted) return;
    const outageMs = Math.round(performance.now() - startedAt);
    log.info?.({ event: 'postgres.available', outageMs }, 'Postgres answers again');
  }

  return {
    failed(error) {
      if (!signal.aborted) current ??= watch(error);
    },
    isOn: () => current !== undefined,
    over: () => current ?? Promise.resolve(),
    close: () => closing.abort(),
  };
}

const isTrue = () => true;
const isFalse = () => false;
