import { settleByHalves } from './settle-by-halves.ts';

/** More was added than may wait. */
export class BatcherFullError extends Error {
  readonly code = 'batcher_full';

  constructor() {
    super('No more items may wait');
    this.name = 'BatcherFullError';
  }
}

/** Something was added after `close`. */
export class BatcherClosedError extends Error {
  readonly code = 'batcher_closed';

  constructor() {
    super('The batcher is closed');
    this.name = 'BatcherClosedError';
  }
}

export interface BatcherOptions<I, O> {
  /** Does the work of a batch; answers one result per item, in the same order. */
  run: (items: I[]) => Promise<O[]>;
  /** Items in one run at most, unless a single call brings more; without limit by default. */
  batchSizeMax?: number;
  /** What one run may weigh at most, unless a single call weighs more; without limit by default. */
  batchWeightMax?: number;
  /** A call that has waited for so long has its turn before more urgent ones of its caller; milliseconds, for ever by default. */
  patienceMs?: number;
  /** How long to wait for more before a run, from when it could begin; milliseconds, not at all by default. */
  gatherMs?: number;
  /**
   * How long after the last run the next may begin, for those of one caller; milliseconds, at once by default. The shortest
   * of those that wait holds. Asked whenever something is added, and after each run.
   *
   * @param last.tookMs how long the last run took; 0 before the first
   * @param last.isFull whether as much waits as fits into the next
   */
  restMs?: (caller: string, last: { tookMs: number; isFull: boolean }) => number;
  /** Runs under way at once at most; 1 by default. */
  concurrency?: number;
  /** Items added and not yet answered at most; without limit by default. */
  pendingMax?: number;
  /** What they may weigh at most; without limit by default. */
  pendingWeightMax?: number;
  /**
   * The share of both limits that one caller may use, from 0 to 1, so that there is room for others; all of it by
   * default. A caller with nothing waiting may add a larger call.
   */
  callerShare?: number;
  /**
   * Calls of one caller that may be under way at once, so that a place is left for others; as many as there are by
   * default.
   */
  callerRunningMax?: number;
  /**
   * Whether a run's error is about what it was given: the calls that shared it are then run in halves, until those at fault
   * are found, and the others succeed. Such a run must have done nothing. By default every error fails all calls of its run.
   */
  isRefusal?: (error: unknown) => boolean;
}

/** Lets concurrent callers share one insert, one request, one commit. */
export interface Batcher<I, O> {
  /** @returns the item's own result; rejects as its run did, or with BatcherFullError or BatcherClosedError. */
  add(item: I): Promise<O>;
  /**
   * Adds several in one go: all or, with BatcherFullError, none. They share each run, so that they succeed or fail
   * together.
   *
   * @param load.weight of all of them, such as their bytes, held against `batchWeightMax`; 0 by default
   * @param load.caller whose they are: callers have their turn one after the other, each with a call of theirs, so that
   *   one who adds much makes nobody else wait; all are one by default
   * @param load.urgency a whole number, 0 by default: of a caller's calls, those with a lower one have their turn first
   * @returns their results in order; rejects as their run did
   */
  addAll(items: I[], load?: { weight?: number; caller?: string; urgency?: number }): Promise<O[]>;
  /** Items added and not yet answered, those of runs under way included. */
  pending(): number;
  /** Takes no more, and waits until everything added was answered. Never rejects. */
  close(): Promise<void>;
}

/** The items of one call, which are run and answered together. */
interface Call<I, O> {
  caller: string;
  urgency: number;
  /** By `performance.now()`. */
  addedAt: number;
  items: I[];
  weight: number;
  resolve(results: O[]): void;
  reject(error: unknown): void;
}

/**
 * Items that arrive while `concurrency` runs are under way wait and share the next one, so that an idle system answers at once
 * and a busy one fills its batches by itself, unless it is to wait for more. As much as fits into a run waits for nothing. A call
 * is never split.
 */
export function createBatcher<I, O>(options: BatcherOptions<I, O>): Batcher<I, O> {
  const { run, concurrency = 1, isRefusal = () => false, gatherMs = 0, restMs } = options;
  const load = createLoad(options);
  /** By caller, in the order of whose turn it is. */
  const waiting = new Map<string, Call<I, O>[]>();
  const waitingLoad = { items: 0, weight: 0 };
  const underWay = createUnderWay(options);
  let running = 0;
  let lastRun = { endedAt: Number.NEGATIVE_INFINITY, tookMs: 0 };
  /** When the next run is to begin, by `performance.now()`. */
  let next: { at: number; isFull: boolean; timer?: NodeJS.Timeout } | undefined;
  let isClosed = false;
  const closers: (() => void)[] = [];

  /** One microtask later at least, so that what is added in the same turn shares the first run too. */
  function schedule(): void {
    if (running >= concurrency || waiting.size === 0) return;
    const now = performance.now();
    const isFull = fillsRun();
    const at = Math.max(isFull ? now : now + gatherMs, restedAt(isFull));
    if (next !== undefined && next.at <= at) return;
    clearTimeout(next?.timer);
    if (at > now) {
      next = { at, isFull, timer: setTimeout(runWaiting, at - now) };
    } else {
      next = { at, isFull };
      queueMicrotask(runWaiting);
    }
  }

  /** Whether as much waits as fits into one run: nothing more could share it. */
  function fillsRun(): boolean {
    const { batchSizeMax, batchWeightMax } = options;
    return (
      (batchSizeMax !== undefined && waitingLoad.items >= batchSizeMax) ||
      (batchWeightMax !== undefined && waitingLoad.weight >= batchWeightMax)
    );
  }

  /** When the first of the waiting callers may have its next run. */
  function restedAt(isFull: boolean): number {
    if (restMs === undefined) return lastRun.endedAt;
    const last = { tookMs: lastRun.tookMs, isFull };
    return lastRun.endedAt + Math.min(...[...waiting.keys()].map((caller) => restMs(caller, last)));
  }

  function runWaiting(): void {
    const isFull = next?.isFull;
    next = undefined;
    while (running < concurrency) {
      const calls = takeFitting(waiting, underWay, options);
      if (calls.length === 0) return;
      for (const call of calls) {
        waitingLoad.items -= call.items.length;
        waitingLoad.weight -= call.weight;
      }
      void runTogether(calls);
      // What is left fills no run: it waits as if it had come alone.
      if (isFull && !fillsRun()) break;
    }
    schedule();
  }

  async function runTogether(calls: Call<I, O>[]): Promise<void> {
    running += 1;
    const startedAt = performance.now();
    const settled = await settleByHalves(calls, runOnce, isRefusal);
    settled.forEach((result, index) => {
      const call = calls[index] as Call<I, O>;
      if (result.status === 'fulfilled') call.resolve(result.value);
      else call.reject(result.reason);
    });
    running -= 1;
    const endedAt = performance.now();
    lastRun = { endedAt, tookMs: endedAt - startedAt };
    for (const call of calls) {
      load.remove(call);
      underWay.leave(call.caller);
    }
    schedule();
    if (isClosed && load.items() === 0) for (const done of closers.splice(0)) done();
  }

  /** @returns the results of each call */
  async function runOnce(calls: Call<I, O>[]): Promise<O[][]> {
    const items = calls.flatMap((call) => call.items);
    const results = await run(items);
    if (results.length !== items.length)
      throw new Error(`A run answered ${results.length} results for ${items.length} items`);
    let answered = 0;
    return calls.map((call) => {
      answered += call.items.length;
      return results.slice(answered - call.items.length, answered);
    });
  }

  function addAll(items: I[], { weight = 0, caller = '', urgency = 0 } = {}): Promise<O[]> {
    if (isClosed) return Promise.reject(new BatcherClosedError());
    if (items.length === 0) return Promise.resolve([]);
    if (!load.fits(caller, items.length, weight)) return Promise.reject(new BatcherFullError());
    return new Promise((resolve, reject) => {
      const call = {
        caller,
        urgency,
        addedAt: performance.now(),
        items: [...items],
        weight,
        resolve,
        reject,
      };
      const own = waiting.get(caller);
      if (own === undefined) waiting.set(caller, [call]);
      else enqueue(own, call);
      load.add(call);
      waitingLoad.items += items.length;
      waitingLoad.weight += weight;
      schedule();
    });
  }

  return {
    addAll,
    add: async (item) => (await addAll([item]))[0] as O,
    pending: load.items,
    close() {
      isClosed = true;
      if (load.items() === 0) return Promise.resolve();
      return new Promise((resolve) => closers.push(resolve));
    },
  };
}

type CallLoad = Pick<Call<unknown, unknown>, 'caller' | 'weight'> & { items: readonly unknown[] };

/** What was added and not yet answered, of all and of each caller. */
function createLoad({
  pendingMax = Number.POSITIVE_INFINITY,
  pendingWeightMax = Number.POSITIVE_INFINITY,
  callerShare = 1,
}: Pick<BatcherOptions<unknown, unknown>, 'pendingMax' | 'pendingWeightMax' | 'callerShare'>) {
  const all = { items: 0, weight: 0 };
  const callers = new Map<string, { items: number; weight: number }>();
  const isWithin = (taken: typeof all, items: number, weight: number, part: number) =>
    taken.items + items <= pendingMax * part && taken.weight + weight <= pendingWeightMax * part;

  function change({ caller, items, weight }: CallLoad, sign: 1 | -1): void {
    const own = callers.get(caller) ?? { items: 0, weight: 0 };
    for (const taken of [all, own]) {
      taken.items += sign * items.length;
      taken.weight += sign * weight;
    }
    if (own.items === 0) callers.delete(caller);
    else callers.set(caller, own);
  }

  return {
    items: () => all.items,
    fits(caller: string, items: number, weight: number): boolean {
      const own = callers.get(caller);
      return (
        isWithin(all, items, weight, 1) && (own === undefined || isWithin(own, items, weight, callerShare))
      );
    },
    add: (call: CallLoad) => change(call, 1),
    remove: (call: CallLoad) => change(call, -1),
  };
}

/** How many calls of each caller are under way. */
function createUnderWay({
  callerRunningMax = Number.POSITIVE_INFINITY,
}: Pick<BatcherOptions<unknown, unknown>, 'callerRunningMax'>) {
  const calls = new Map<string, number>();
  const of = (caller: string) => calls.get(caller) ?? 0;
  return {
    mayEnter: (caller: string) => of(caller) < callerRunningMax,
    enter: (caller: string) => calls.set(caller, of(caller) + 1),
    leave(caller: string): void {
      if (of(caller) > 1) calls.set(caller, of(caller) - 1);
      else calls.delete(caller);
    },
  };
}

/** Puts a call behind those of its caller that are as urgent. */
function enqueue<I, O>(own: Call<I, O>[], call: Call<I, O>): void {
  const before = own.findLastIndex(({ urgency }) => urgency <= call.urgency);
  own.splice(before + 1, 0, call);
}

/** The first, unless one has waited for too long: then the one that has waited longest. */
function placeOfNext<I, O>(calls: Call<I, O>[], patienceMs: number): number {
  if (patienceMs === Number.POSITIVE_INFINITY) return 0;
  const oldest = Math.min(...calls.map(({ addedAt }) => addedAt));
  return performance.now() - oldest < patienceMs ? 0 : calls.findIndex(({ addedAt }) => addedAt === oldest);
}

/**
 * Chooses the calls of the next run: one of each caller in turn that may have another under way. The first call always
 * fits.
 */
function takeFitting<I, O>(
  waiting: Map<string, Call<I, O>[]>,
  underWay: ReturnType<typeof createUnderWay>,
  {
    batchSizeMax = Number.POSITIVE_INFINITY,
    batchWeightMax = Number.POSITIVE_INFINITY,
    patienceMs = Number.POSITIVE_INFINITY,
  }: BatcherOptions<I, O>,
): Call<I, O>[] {
  const taken: Call<I, O>[] = [];
  let size = 0;
  let weight = 0;
  // What is set again comes at the end of the map, and so of this loop.
  for (const [caller, calls] of waiting) {
    if (!underWay.mayEnter(caller)) continue;
    const place = placeOfNext(calls, patienceMs);
    const call = calls[place] as Call<I, O>;
    size += call.items.length;
    weight += call.weight;
    if (taken.length > 0 && (size > batchSizeMax || weight > batchWeightMax)) break;
    taken.push(call);
    underWay.enter(caller);
    calls.splice(place, 1);
    waiting.delete(caller);
    if (calls.length > 0) waiting.set(caller, calls);
  }
  return taken;
}
