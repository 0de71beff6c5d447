import { createBatcher } from '@tocsin/batcher';

/** Look-ups at once, so that strangers with made-up keys leave connections to authenticated callers. */
const LOOK_UPS_MAX = 2;

/** Reads what strangers may ask for, such as keys by their ids, before it is known who they are. */
export interface LookUps {
  /** @returns a read that waits for its turn; `address` is whose turn it is */
  inTurn<T>(read: (name: string) => Promise<T>): (name: string, address: string) => Promise<T>;
}

/** Reads a few at a time, addresses in turn, so that one stranger's requests do not delay other callers. */
export function createLookUps(): LookUps {
  const reads = createBatcher<() => Promise<unknown>, unknown>({
    run: (some) => Promise.all(some.map((read) => read())),
    batchSizeMax: 1,
    concurrency: LOOK_UPS_MAX,
  });
  return {
    inTurn:
      <T>(read: (name: string) => Promise<T>) =>
      async (name: string, address: string): Promise<T> =>
        (await reads.addAll([() => read(name)], { caller: address }))[0] as T,
  };
}
