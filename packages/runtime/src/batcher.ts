/** More was added than may wait. */
export class BatcherFullError extends Error {
  readonly code = 'BATCHER_FULL';

  constructor(pendingMax: number) {
    super(`More than ${pendingMax} items are waiting`);
    this.name = 'BatcherFullError';
  }
}

/** Something was added after `close`. */
export class BatcherClosedError extends Error {
  readonly code = 'BATCHER_CLOSED';

  constructor() {
    super('The batcher is closed');
    this.name = 'BatcherClosedError';
  }
}

export interface BatcherOptions<I, O> {
  /** Does the work of a batch; answers one result per item, in the same order. */
  run: (items: I[]) => Promise<O[]>;
  /** Items in one run at most. */
  batchSizeMax: number;
  /** Runs under way at once at most; 1 by default. */
  concurrency?: number;
  /** Items added and not yet answered at most; without limit by default. */
  pendingMax?: number;
}

/** Lets concurrent callers share one insert, one request, one commit. */
export interface Batcher<I, O> {
  /** @returns the item's own result; rejects as its run did, or with BatcherFullError or BatcherClosedError. */
  add(item: I): Promise<O>;
  /**
   * Adds several in one go: all or, with BatcherFullError, none. They may be spread over several runs.
   *
   * @returns their results in order; rejects as soon as one of their runs did
   */
  addAll(items: I[]): Promise<O[]>;
  /** Items added and not yet answered, those of runs under way included. */
  pending(): number;
  /** Takes no more, and waits until everything added was answered. Never rejects. */
  close(): Promise<void>;
}

/** The items of one call, which are answered together. */
interface Call<O> {
  results: O[];
  unanswered: number;
  resolve(results: O[]): void;
  reject(error: unknown): void;
}

interface Entry<I, O> {
  item: I;
  call: Call<O>;
  index: number;
}

/**
 * A batcher without a timer: items that arrive while `concurrency` runs are under way wait and share the next one, so
 * that an idle system answers at once and a busy one fills its batches by itself.
 */
export function createBatcher<I, O>(options: BatcherOptions<I, O>): Batcher<I, O> {
  const { run, batchSizeMax, concurrency = 1, pendingMax = Number.POSITIVE_INFINITY } = options;
  const waiting: Entry<I, O>[] = [];
  let running = 0;
  let pending = 0;
  let isScheduled = false;
  let isClosed = false;
  const closers: (() => void)[] = [];

  /** One microtask later, so that what is added in the same turn shares the first run too. */
  function schedule(): void {
    if (isScheduled || running >= concurrency) return;
    isScheduled = true;
    queueMicrotask(() => {
      isScheduled = false;
      while (running < concurrency && waiting.length > 0) void runNext();
    });
  }

  async function runNext(): Promise<void> {
    const batch = waiting.splice(0, batchSizeMax);
    running += 1;
    try {
      const results = await run(batch.map((entry) => entry.item));
      if (results.length !== batch.length) {
        throw new Error(`A run answered ${results.length} results for ${batch.length} items`);
      }
      for (const [index, entry] of batch.entries()) answer(entry, results[index] as O);
    } catch (error) {
      for (const entry of batch) entry.call.reject(error);
    } finally {
      running -= 1;
      pending -= batch.length;
      schedule();
      if (isClosed && pending === 0) for (const done of closers.splice(0)) done();
    }
  }

  function answer({ call, index }: Entry<I, O>, result: O): void {
    call.results[index] = result;
    call.unanswered -= 1;
    if (call.unanswered === 0) call.resolve(call.results);
  }

  function addAll(items: I[]): Promise<O[]> {
    if (isClosed) return Promise.reject(new BatcherClosedError());
    if (pending + items.length > pendingMax) return Promise.reject(new BatcherFullError(pendingMax));
    if (items.length === 0) return Promise.resolve([]);
    return new Promise((resolve, reject) => {
      const call: Call<O> = { results: new Array(items.length), unanswered: items.length, resolve, reject };
      for (const [index, item] of items.entries()) waiting.push({ item, call, index });
      pending += items.length;
      schedule();
    });
  }

  return {
    addAll,
    add: async (item) => (await addAll([item]))[0] as O,
    pending: () => pending,
    close() {
      isClosed = true;
      if (pending === 0) return Promise.resolve();
      return new Promise((resolve) => closers.push(resolve));
    },
  };
}
