/**
 * Runs items together; a run that is refused is made again in halves, until the items at fault are found, so that one
 * bad item does not fail the others. That takes some `2 * log2(items)` runs for each item at fault. What succeeded is
 * never run again.
 *
 * @param run answers one result per item, in the same order
 * @param isRefusal whether an error is about the items, so that fewer of them may succeed; any other fails the whole run
 * @returns what became of each item, in the same order; never rejects
 */
export async function settleByHalves<I, O>(
  items: readonly I[],
  run: (items: I[]) => Promise<O[]>,
  isRefusal: (error: unknown) => boolean,
): Promise<PromiseSettledResult<O>[]> {
  try {
    const results = await run([...items]);
    return results.map((value) => ({ status: 'fulfilled', value }));
  } catch (reason) {
    if (items.length === 1 || !isRefusal(reason)) return items.map(() => ({ status: 'rejected', reason }));
  }
  const middle = Math.ceil(items.length / 2);
  const first = await settleByHalves(items.slice(0, middle), run, isRefusal);
  return [...first, ...(await settleByHalves(items.slice(middle), run, isRefusal))];
}
