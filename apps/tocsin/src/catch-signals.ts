import type { Interruption } from './context.ts';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

interface SignalSource {
  on(signal: string, listener: () => void): unknown;
  off(signal: string, listener: () => void): unknown;
}

/** Takes Ctrl-C and SIGTERM over until `release` is called. */
export function catchSignals(source: SignalSource): Interruption {
  const stop = new AbortController();
  const abort = new AbortController();
  function onSignal(): void {
    if (stop.signal.aborted) abort.abort();
    else stop.abort();
  }
  for (const signal of SIGNALS) source.on(signal, onSignal);
  return {
    stop: stop.signal,
    abort: abort.signal,
    release() {
      for (const signal of SIGNALS) source.off(signal, onSignal);
    },
  };
}
