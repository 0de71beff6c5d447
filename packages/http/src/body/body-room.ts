import { ProblemError } from '@tocsin/contract';

/** What one request takes of the room; given back as a whole. */
export interface BodyShare {
  /**
   * Reserves room for an announced length, so that of many bodies at once some are read whole instead of all being
   * refused half-way.
   *
   * @throws ProblemError `overloaded` where there is not so much room, in all or for this caller
   */
  hold(bytes: number): void;
  /** @throws ProblemError `overloaded` where there is no more room, in all or for this caller */
  take(bytes: number): void;
  /** Counts bytes that were made and freed meanwhile, such as decompressed ones: they take no room. */
  count(bytes: number): void;
  /** Bytes taken and counted so far. */
  used(): number;
  /** Gives everything back. Safe to call twice. */
  close(): void;
}

export interface BodyRoom {
  /** @param caller whose request it is: the id of its key; callers without one share one name */
  open(caller: string): BodyShare;
  /** Bytes taken or kept by all. */
  taken(): number;
}

/** What the bodies of one caller may take of the room. */
const CALLERS_PART = 1 / 4;

/**
 * Room for bodies, over all connections, so that a storm cannot use up the memory. No caller gets more than a quarter,
 * so that one alone cannot keep the others out.
 */
export function createBodyRoom(bytesMax: number): BodyRoom {
  const byCaller = new Map<string, number>();
  let taken = 0;

  function add(caller: string, bytes: number): void {
    const own = (byCaller.get(caller) ?? 0) + bytes;
    taken += bytes;
    if (own === 0) byCaller.delete(caller);
    else byCaller.set(caller, own);
  }

  return {
    open(caller) {
      let held = 0;
      let used = 0;
      let counted = 0;
      let isOpen = true;
      function hold(bytes: number): void {
        if (isOpen && bytes <= held) return;
        const more = bytes - held;
        const byThis = byCaller.get(caller) ?? 0;
        const fits = taken + more <= bytesMax && byThis + more <= bytesMax * CALLERS_PART;
        if (!isOpen || !fits) throw new ProblemError('overloaded');
        held = bytes;
        add(caller, more);
      }
      return {
        hold,
        take(bytes) {
          hold(used + bytes);
          used += bytes;
        },
        count(bytes) {
          counted += bytes;
        },
        used: () => used + counted,
        close() {
          isOpen = false;
          add(caller, -held);
          held = 0;
        },
      };
    },
    taken: () => taken,
  };
}
