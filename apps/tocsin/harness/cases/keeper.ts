import type { CaseContext } from './case.ts';

/** Keeps what is opened until it is closed, the last first. */
export interface Keeper {
  keep: CaseContext['keep'];
  /** Closes all of it, and whatever is still opened afterwards. May be called again. */
  close(): Promise<void>;
}

export function createKeeper(say: CaseContext['say']): Keeper {
  const closers: (() => Promise<unknown>)[] = [];
  let isOver = false;
  return {
    async keep(opening, close) {
      const opened = await opening;
      if (isOver) {
        // An interrupted case went on opening.
        await close(opened);
        throw new Error('the case is over');
      }
      closers.push(() => close(opened));
      return opened;
    },
    async close() {
      isOver = true;
      for (let close = closers.pop(); close !== undefined; close = closers.pop())
        await close().catch((error: unknown) => say(`closing failed: ${(error as Error).message}`));
    },
  };
}
