export interface MapConcurrentOptions<T> {
  source: AsyncIterable<T>;
  /** How many runs may be under way at once. */
  concurrency: number;
  run: (item: T) => Promise<void>;
}

/**
 * Takes items one by one and runs several at once. After the first failure, of a run or of the source, no more items
 * are taken; it is thrown once the runs in progress have ended.
 */
export async function mapConcurrent<T>({ source, concurrency, run }: MapConcurrentOptions<T>): Promise<void> {
  const iterator = source[Symbol.asyncIterator]();
  let failure: { error: unknown } | null = null;
  async function work(): Promise<void> {
    while (failure === null) {
      try {
        const next = await iterator.next();
        if (next.done === true || failure !== null) return;
        await run(next.value);
      } catch (error) {
        failure ??= { error };
      }
    }
  }
  await Promise.all(Array.from({ length: concurrency }, work));
  await iterator.return?.();
  if (failure !== null) throw (failure as { error: unknown }).error;
}
