/** Rows whose statistics are read in one request; at most the API's limit. */
export const CHUNK_ROWS = 50;

/**
 * The chunks of a list that contain the visible rows. Each starts at a multiple of `CHUNK_ROWS`, so that scrolling
 * within a chunk changes nothing.
 *
 * @param first the index of the first visible row; `last`: of the last one, less than `first` if no row is visible
 */
export function chunksInView<T>(rows: readonly T[], first: number, last: number): T[][] {
  const chunks: T[][] = [];
  for (let start = first - (first % CHUNK_ROWS); start <= last && start < rows.length; start += CHUNK_ROWS)
    chunks.push(rows.slice(start, start + CHUNK_ROWS));
  return chunks;
}
