import { setTimeout as delay } from 'node:timers/promises';

/** What is logged to; a pino logger fits. */
export interface OutageLog {
  warn(fields: LogFields, message: string): void;
  info?(fields: LogFields, message: string): void;
  debug?(fields: LogFields, message: string): void;
}

/** What a line says beside its message. */
export interface LogFields {
  /** What the line is known by; see docs/log.md. */
  event: string;
  /** Its cause; the logger redacts it. */
  err?: unknown;
  [field: string]: unknown;
}

/** Whether a dependency is available, shared by all parts of a process and logged in two lines. */
export interface Outage {
  /** Whether an error says that this dependency is unavailable. */
  isIts(error: unknown): boolean;
  /** Reports such an error; a probe of the dependency then decides whether it is an outage. */
  failed(error: unknown): void;
  isOn(): boolean;
  /** Whether a failure now may be part of an outage: one is on, or ended a moment ago. */
  isFelt(): boolean;
  /** Resolves at once while no outage is known, else when the dependency answers again. */
  over(): Promise<void>;
  /**
   * Makes a call of the dependency. Where its answer is late, a probe decides whether that is an outage: then the call is
   * given up, so that its caller can leave the work to others. What was called may still be carried out.
   *
   * @param lateMs an answer after this long is late; milliseconds, as the outage was made with by default
   * @throws UnavailableError during an outage; else as the call does
   */
  answerOf<T>(call: () => Promise<T>, lateMs?: number): Promise<T>;
  close(): void;
}

/** A call was given up, or not made, since its dependency is unavailable. */
export class UnavailableError extends Error {
  readonly code = 'unavailable';

  /** As lines of the log name it. */
  readonly dependency: string;

  constructor(dependency: string) {
    super(`${dependency} is unavailable`);
    this.name = 'UnavailableError';
    this.dependency = dependency;
  }
}

export interface OutageOptions {
  /** As lines of the log name it, at the beginning of a sentence. */
  name: string;
  /** What its events in the log begin with. */
  event: string;
  isIts: (error: unknown) => boolean;
  /** A probe that resolves if the dependency answers; it must time out by itself. */
  ask: () => Promise<unknown>;
  log: OutageLog;
  /** Between two questions; milliseconds. */
  everyMs?: number;
  /** What has not answered after this long is unavailable; milliseconds. */
  answerMs?: number;
  /**
   * An answer after this long is late; milliseconds, never by default. For who can leave its work to others, or has somebody to
   * tell: where nobody else can do it, waiting is all there is.
   */
  lateMs?: number | undefined;
}

/**
 * For this long after an outage, work that began during it may still fail, such as a command on a broken connection.
 * Longer than a job's lock, so that the effects on jobs have shown by then. Milliseconds.
 */
const AFTERMATH_MS = 30_000;

/**
 * After a failure, probes the dependency until it answers. If it answers at once, as after connections that were ended
 * one by one, there was no outage and nothing is logged. One failed probe is no proof: it may have used a connection
 * that the pool does not know to be broken. A slow answer is no proof just after an outage either, when many callers
 * ask at once.
 */
export function createOutage(options: OutageOptions): Outage {
  const { name, event, ask, log, everyMs = 500, answerMs = 1_000 } = options;
  const closing = new AbortController();
  const { signal } = closing;
  let current: Promise<void> | undefined;
  let endedAt = Number.NEGATIVE_INFINITY;
  /** The current one is no mere suspicion any more. */
  let isCertain = false;
  /** Give up the calls under way. */
  const givers = new Set<() => void>();

  const isAftermath = () => performance.now() - endedAt < AFTERMATH_MS;

  async function watch(error: unknown): Promise<void> {
    const startedAt = performance.now();
    let isLogged = false;
    const begin = (isSure: boolean) => {
      if (signal.aborted) return;
      isCertain = true;
      for (const giveUp of givers) giveUp();
      if (isLogged || !isSure) return;
      isLogged = true;
      log.warn({ event: `${event}.unavailable`, err: error }, `${name} is unavailable; waiting for it`);
    };
    const slow = setTimeout(() => begin(!isAftermath()), answerMs);
    for (let refused = 0; !signal.aborted && !(await isAnswered(ask)); refused += 1) {
      if (refused > 0) begin(true);
      await delay(everyMs, undefined, { signal }).catch(() => undefined);
    }
    clearTimeout(slow);
    current = undefined;
    isCertain = false;
    if (!isLogged || signal.aborted) return;
    endedAt = performance.now();
    const outageMs = Math.round(endedAt - startedAt);
    log.info?.({ event: `${event}.available`, outageMs }, `${name} is available again`);
  }

  function failed(error: unknown): void {
    if (!signal.aborted) current ??= watch(error);
  }

  return {
    isIts: (error) => (error instanceof UnavailableError ? error.dependency === name : options.isIts(error)),
    failed,
    isOn: () => current !== undefined,
    isFelt: () => current !== undefined || isAftermath(),
    over: () => current ?? Promise.resolve(),
    answerOf: (call, lateMs = options.lateMs) =>
      new Promise((resolve, reject) => {
        if (isCertain) return reject(new UnavailableError(name));
        const answer = call();
        const late =
          lateMs === undefined
            ? undefined
            : setTimeout(() => failed(new Error(`${name} has not answered for ${lateMs} ms`)), lateMs);
        const end = () => {
          clearTimeout(late);
          givers.delete(giveUp);
        };
        const giveUp = () => {
          end();
          reject(new UnavailableError(name));
        };
        givers.add(giveUp);
        answer.then(resolve, reject).finally(end);
      }),
    close: () => closing.abort(),
  };
}

async function isAnswered(ask: () => Promise<unknown>): Promise<boolean> {
  try {
    await ask();
    return true;
  } catch {
    return false;
  }
}
