/** How many rows ask for their statistics together; no more than one request may name. */
export const CHUNK_ROWS = 50;

/**
 * The stretches of a list that hold its rows in view, each from a multiple of `CHUNK_ROWS` on, so that they stay the same
 * while somebody scrolls within them.
 *
 * @param first the index of the first row in view; `last` is that of the last, less than `first` where there is none
 */
export function chunksInView<T>(rows: readonly T[], first: number, last: number): T[][] {
  const chunks: T[][] = [];
  for (let start = first - (first % CHUNK_ROWS); start <= last && start < rows.length; start += CHUNK_ROWS)
    chunks.push(rows.slice(start, start + CHUNK_ROWS));
  return chunks;
}
