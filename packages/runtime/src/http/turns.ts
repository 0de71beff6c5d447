import { setImmediate } from 'node:timers/promises';

/** What is done before others get their turn: so many bytes are scanned in some 20 ms at worst, alerts built in fewer. */
export const SLICE_BYTES = 128 * 1024;

/** Splits long work into slices, so that no request holds up the others. */
export interface Turns {
  /** @returns whether it is the others' turn; then `next` is to be awaited */
  spend(bytes: number): boolean;
  next(): Promise<unknown>;
}

/** @param yieldTurn resolves when the others have had their turn */
export function createTurns(yieldTurn: () => Promise<unknown> = setImmediate): Turns {
  let spent = 0;
  return {
    spend(bytes) {
      spent += bytes;
      return spent >= SLICE_BYTES;
    },
    next() {
      spent = 0;
      return yieldTurn();
    },
  };
}
