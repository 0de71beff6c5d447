export interface LowWaterMark {
  /** Notes that the work up to this item has begun. @returns to be called when it is done */
  begin(lastItem: number): () => void;
  /** Up to and including this item, everything is done. */
  value(): number;
}

/** Tracks up to which item all work is done; parts begin in order and end in any order. */
export function createLowWaterMark(start: number): LowWaterMark {
  const open: { lastItem: number; done: boolean }[] = [];
  let mark = start;
  return {
    begin(lastItem) {
      const part = { lastItem, done: false };
      open.push(part);
      return () => {
        part.done = true;
        while (open[0]?.done) mark = open.shift()?.lastItem ?? mark;
      };
    },
    value: () => mark,
  };
}
