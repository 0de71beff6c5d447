import { setTimeout as sleep } from 'node:timers/promises';
import type { Outcome, StatusGateway, Verdict } from '@tocsin/contract';
import { createBatcher } from '@tocsin/runtime';
import type { Logger } from 'pino';

export interface HandOver {
  /** Resolves with the verdict once the outcome is committed, however long that takes. */
  add(outcome: Outcome): Promise<Verdict>;
  /** How many outcomes are not committed yet. */
  pending(): number;
  /** Gives up on what is not committed; those deliveries are attempted again. */
  close(): Promise<void>;
}

const BATCH = 200;
const CONCURRENCY = 2;
const RETRY_MS_MIN = 100;
const RETRY_MS_MAX = 2_000;

/**
 * Hands outcomes to the status service in batches. While it, or its database, is away, the outcomes are kept and
 * handed over when it is back: a POST that was made is never forgotten while this process lives.
 */
export function createHandOver(gateway: StatusGateway, log: Logger): HandOver {
  const closing = new AbortController();

  async function commit(outcomes: Outcome[]): Promise<Verdict[]> {
    for (let waitMs = RETRY_MS_MIN, failures = 0; ; waitMs = Math.min(waitMs * 2, RETRY_MS_MAX)) {
      closing.signal.throwIfAborted();
      try {
        const verdicts = await gateway.commitOutcomes(outcomes);
        if (failures > 0) log.info({ outcomes: outcomes.length, failures }, 'outcomes handed over at last');
        return verdicts;
      } catch (error) {
        failures += 1;
        const { message } = error as Error;
        if (failures === 1) {
          log.warn(
            { outcomes: outcomes.length, reason: message },
            'could not hand over outcomes; they are kept',
          );
        }
        await sleep(waitMs, undefined, { signal: closing.signal });
      }
    }
  }

  const batcher = createBatcher<Outcome, Verdict>({
    batchSizeMax: BATCH,
    concurrency: CONCURRENCY,
    run: commit,
  });
  return {
    add: batcher.add,
    pending: batcher.pending,
    close: async () => {
      closing.abort(new Error('the worker is closing'));
      await batcher.close();
    },
  };
}
