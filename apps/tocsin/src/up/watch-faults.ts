import type { Logger } from '@tocsin/runtime';

const FAULTS = ['uncaughtException', 'unhandledRejection'] as const;

interface FaultSource {
  on(event: string, listener: (error: unknown) => void): unknown;
  off(event: string, listener: (error: unknown) => void): unknown;
}

export interface FaultWatch {
  /** Rejects with the first fault. */
  readonly first: Promise<never>;
  /** Gives the faults back: the next one ends the process. */
  release(): void;
}

/**
 * Keeps an uncaught exception or unhandled rejection from ending the process on the spot. What it leaves behind is in
 * an unknown state, so the caller is to close everything and end; what follows meanwhile is only logged.
 */
export function watchFaults(source: FaultSource, log: Logger): FaultWatch {
  const { promise, reject } = Promise.withResolvers<never>();
  promise.catch(() => undefined);
  let isFirst = true;
  function onFault(error: unknown): void {
    if (isFirst) log.fatal({ err: error }, 'closing after a fault');
    else log.error({ err: error }, 'another fault while closing');
    isFirst = false;
    reject(error);
  }
  for (const fault of FAULTS) source.on(fault, onFault);
  return {
    first: promise,
    release() {
      for (const fault of FAULTS) source.off(fault, onFault);
    },
  };
}
