import { setTimeout as sleep } from 'node:timers/promises';

/** What happens to a server that is kept running. */
export interface KeepRunningEvents {
  /** It has ended, and nobody asked it to. */
  onEnded(): void;
  /** It runs again, at the same address. */
  onRestarted(): void;
  /** It could not be started again; that is tried once more. */
  onRestartFailed(error: unknown): void;
}

export interface KeepRunningDeps extends KeepRunningEvents {
  isRunning(): boolean;
  start(): Promise<void>;
}

const LOOK_MS = 500;

/**
 * Starts a server again whenever it has ended by itself.
 *
 * @returns stops that; a start that is under way is waited for
 */
export function keepRunning(deps: KeepRunningDeps): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const { signal } = stopping;

  async function watch(): Promise<void> {
    let hasEnded = false;
    while (!signal.aborted) {
      await sleep(LOOK_MS, undefined, { signal, ref: false }).catch(() => undefined);
      if (signal.aborted) return;
      try {
        if (deps.isRunning()) continue;
        if (!hasEnded) deps.onEnded();
        hasEnded = true;
        await deps.start();
        hasEnded = false;
        deps.onRestarted();
      } catch (error) {
        deps.onRestartFailed(error);
      }
    }
  }

  const watching = watch();
  return {
    async stop() {
      stopping.abort();
      await watching;
    },
  };
}
