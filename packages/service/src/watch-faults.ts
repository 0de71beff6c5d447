import type { Logger } from 'pino';

const FAULTS = ['uncaughtException', 'unhandledRejection'] as const;

interface FaultSource {
  on(event: string, listener: (error: unknown) => void): unknown;
  off(event: string, listener: (error: unknown) => void): unknown;
}

export interface FaultWatch {
  /** Rejects with the first fault. */
  readonly first: Promise<never>;
  /** Treats an error as a fault, such as one of the start. */
  report(error: unknown): void;
  /** Stops watching: the next fault ends the process. */
  release(): void;
}

/**
 * Keeps an uncaught exception or unhandled rejection from ending the process on the spot. What it leaves behind is in
 * an unknown state, so the caller is to close everything and end; what follows meanwhile is only logged.
 *
 * @param isClosing whether the process closes for another reason already
 */
export function watchFaults(
  source: FaultSource,
  log: Logger,
  isClosing: () => boolean = () => false,
): FaultWatch {
  const { promise, reject } = Promise.withResolvers<never>();
  promise.catch(() => undefined);
  let isFirst = true;
  function report(error: unknown): void {
    if (isFirst && !isClosing()) log.fatal({ event: 'service.failed', err: error }, 'stopping after a fault');
    else log.error({ event: 'service.failed_again', err: error }, 'another fault while stopping');
    isFirst = false;
    reject(error);
  }
  for (const fault of FAULTS) source.on(fault, report);
  return {
    first: promise,
    report,
    release() {
      for (const fault of FAULTS) source.off(fault, report);
    },
  };
}
