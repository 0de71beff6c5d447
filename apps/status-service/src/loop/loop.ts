import { createFailureLog } from '@tocsin/outage';
import { isQueueUnavailable } from '@tocsin/queues';
import { isDatabaseUnavailable } from '@tocsin/store';
import type { Logger } from 'pino';

export interface Loop {
  /** Runs as soon as possible instead of at the next turn. */
  wake(): void;
  /** Stops; resolves when the run under way has ended. */
  close(): Promise<void>;
}

export interface LoopOptions {
  name: string;
  everyMs: number;
  /** @param closing aborted when the loop is closed; a long run should then end */
  run: (closing: AbortSignal) => Promise<unknown>;
  log: Logger;
}

/**
 * Runs something again and again, never twice at once. A run that fails is tried again at the next turn; its error is
 * logged when it first appears and when it is over, not at every turn.
 */
export function createLoop({ name, everyMs, run, log }: LoopOptions): Loop {
  const closing = new AbortController();
  let woken = false;
  let interrupt: () => void = () => undefined;
  const failures = createFailureLog({
    failing: { event: 'loop.failed', message: 'the loop failed and goes on trying' },
    working: { event: 'loop.resumed', message: 'the loop works again' },
    isKnown: (error) => isDatabaseUnavailable(error) || isQueueUnavailable(error),
    log,
  });

  async function turn(): Promise<void> {
    try {
      await run(closing.signal);
      failures.succeeded({ loop: name });
    } catch (error) {
      failures.failed(error, { loop: name });
    }
  }

  async function cycle(): Promise<void> {
    while (!closing.signal.aborted) {
      woken = false;
      await turn();
      if (closing.signal.aborted || woken) continue;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, everyMs);
        interrupt = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  const running = cycle();
  return {
    wake: () => {
      woken = true;
      interrupt();
    },
    close: async () => {
      closing.abort();
      interrupt();
      await running;
    },
  };
}
